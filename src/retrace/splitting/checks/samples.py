"""A dataset in, a small table of what can be compared row by row: columns, brightness, length."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.records import Dataset

Rows = NDArray[np.intp]

CELLS = 2_000_000  # in the sample of a part, so that a wide table takes no longer than a long one
MOST_ROWS, FEWEST_ROWS = 10_000, 1_000


def sample_rows(dataset: Dataset, rows: Rows, seed: int) -> Rows:
    """Draw rows of one part: all of a small one, 10,000 or fewer of a large one.

    Rows of one group are alike, and no test could tell that from a difference: one row of each group
    is drawn.

    Parameters
    ----------
    dataset : Dataset
        All rows.
    rows : int array of shape (n_rows,)
        The positions of the part.
    seed : int
        Of the draw.

    Returns
    -------
    int array of shape (n_sampled,)
        Positions in ascending order.
    """
    generator = np.random.default_rng(seed)
    if dataset.groups is not None:
        rows = generator.permutation(rows)
        rows = rows[np.sort(np.unique(pd.factorize(dataset.groups[rows])[0], return_index=True)[1])]
    n_columns = dataset.X.shape[1] if dataset.kind == "tabular" else 1
    most = int(np.clip(CELLS // max(n_columns, 1), FEWEST_ROWS, MOST_ROWS))
    return np.sort(rows if len(rows) <= most else generator.choice(rows, size=most, replace=False))


def comparable(dataset: Dataset, rows: Rows) -> pd.DataFrame:
    """Return what is known of each of these rows.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        Of a table its features; of images their brightness and contrast; of texts and of vectors their
        length.
    """
    return COLUMNS[dataset.kind](dataset.X, rows)


def _of_table(X: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    return X.iloc[rows].reset_index(drop=True).copy()  # in one block: a column will be added


def _of_images(X: NDArray[np.uint8], rows: Rows, size: int = 256) -> pd.DataFrame:
    statistics = np.empty((len(rows), 2))
    # In chunks: a spread needs eight times the bytes of the images.
    for start in range(0, len(rows), size):
        pixels = X[rows[start : start + size]]
        pixels = pixels.reshape(len(pixels), -1)
        statistics[start : start + size] = np.stack([pixels.mean(axis=1), pixels.std(axis=1)], axis=1)
    return pd.DataFrame(statistics, columns=["brightness", "contrast"])


def _of_texts(X: NDArray[np.object_], rows: Rows) -> pd.DataFrame:
    return pd.DataFrame({"length": np.array([len(X[row]) for row in rows], dtype=np.int64)})


def _of_vectors(X: NDArray[np.float32], rows: Rows) -> pd.DataFrame:
    return pd.DataFrame({"length": np.linalg.norm(X[rows].astype(np.float64), axis=1)})


COLUMNS: dict[str, Callable[[Any, Rows], pd.DataFrame]] = {
    "tabular": _of_table,
    "image": _of_images,
    "text": _of_texts,
    "vectors": _of_vectors,
}
