"""Of a table of thousands of columns, those worth a closer look: all numbers at once, by their ranks."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from tqdm import tqdm

from retrace.core.records import Floats, Targets, Task

MOST_COLUMNS = 1_000  # are looked at one by one; it takes some 20 milliseconds each
BLOCK = 2_000  # columns whose ranks lie in memory at once


def most_related(columns: pd.DataFrame, y: Targets, task: Task) -> pd.DataFrame:
    """Return the columns that say most of the target; all of them where they are few.

    Numbers are ordered by the share of their ranks' variance that lies between classes (Kruskal and
    Wallis), or by the squared correlation of ranks (Spearman) of a regression. Columns of text, which
    have no ranks, come first.
    """
    if task == "regression":
        design = np.stack([np.ones(len(y)), stats.rankdata(y)], axis=1)
    else:
        design = np.eye(int(y.max()) + 1)[y]
    basis = np.linalg.qr(design[:, design.any(axis=0)])[0]

    def explained(values: Floats) -> Floats:
        ranks = stats.rankdata(np.nan_to_num(values, nan=-np.inf), axis=0)
        centred = ranks - ranks.mean(axis=0)
        total = (centred**2).sum(axis=0)
        return ((basis.T @ centred) ** 2).sum(axis=0) / np.where(total > 0, total, 1)

    return _best(columns, explained)


def most_different(training: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the training rows of the columns whose ranks differ most between two parts."""
    n = len(training)

    def distance(values: Floats) -> Floats:
        order = np.argsort(np.nan_to_num(values, nan=np.inf), axis=0, kind="stable")
        ordered = np.take_along_axis(np.nan_to_num(values, nan=np.inf), order, axis=0)
        step = np.where(order < n, 1 / n, -1 / (len(values) - n)).cumsum(axis=0)
        last_of_equals = np.vstack([ordered[1:] != ordered[:-1], np.ones((1, values.shape[1]), bool)])
        return np.abs(np.where(last_of_equals, step, 0)).max(axis=0)

    return training[_best(pd.concat([training, other], ignore_index=True), distance).columns]


def _best(columns: pd.DataFrame, score: Callable[[Floats], Floats]) -> pd.DataFrame:
    if columns.shape[1] <= MOST_COLUMNS:
        return columns
    numeric = np.array([dtype.kind in "fiu" for dtype in columns.dtypes])
    scores = np.full(columns.shape[1], np.inf)
    positions = np.flatnonzero(numeric)
    for start in range(0, len(positions), BLOCK):
        block = positions[start : start + BLOCK]
        scores[block] = score(columns.iloc[:, block].to_numpy(np.float64))
    best: NDArray[np.intp] = np.sort(np.argsort(-scores, kind="stable")[:MOST_COLUMNS])
    return columns.iloc[:, best]


def watched(names: Sequence[object], what: str) -> Iterator[object]:
    """Go through columns, with a progress bar where someone watches and it takes long."""
    yield from tqdm(
        names, desc=what, unit="column", disable=None if len(names) > 200 else True, leave=False
    )
