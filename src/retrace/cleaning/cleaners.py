"""Row-wise, stateless work per kind of data: a cleaned row depends on that row alone.

What learns from data (imputing, scaling, encoding, selection) is a step of a model's Pipeline instead
(`retrace.models.features`), so that it is fitted on the training rows only.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from retrace.cleaning.columns import columns_after
from retrace.cleaning.decoding import decode
from retrace.cleaning.own import Step, steps_of
from retrace.cleaning.steps import check_row_wise, take_step
from retrace.core.params import ImageCleaning, Preprocess, TabularCleaning, TextCleaning
from retrace.core.records import Dataset
from retrace.core.spelling import spelled_column
from retrace.images.pixels import to_pixels

# Headers, a signature and quotes say who writes to whom rather than what about. The rules are those of
# `sklearn.datasets.fetch_20newsgroups` (``remove``), so that scores can be compared.
QUOTE = re.compile(r"writes in|writes:|wrote:|says:|said:|^(?:In article|Quoted from|[|>])")


def clean(dataset: Dataset, settings: Preprocess) -> Dataset:
    """Return the dataset with its inputs cleaned; rows, labels and ids stay as they are.

    The library's own work comes first, then the project's steps, each tried on some rows alone.

    Raises
    ------
    RetraceError
        A step is not there, fails, or makes other rows of rows that come alone.
    """
    steps = steps_of(settings, dataset.kind)
    X = CLEANERS[dataset.kind](dataset.X, getattr(settings, dataset.kind))
    if not steps:
        return replace(dataset, X=X)
    made = take_steps(X, steps, settings, dataset.ids)
    columns = dataset.columns
    if isinstance(X, pd.DataFrame):
        columns = columns_after(columns, X, made)
    note = f"Steps of src/cleaners.py: {', '.join(step.name for step in steps)}."
    return replace(dataset, X=made, columns=columns, notes=(*dataset.notes, note))


def take_steps(X: Any, steps: Sequence[Step], settings: Preprocess, ids: Any = None) -> Any:
    """Let the project's steps follow the library's work on some rows.

    Parameters
    ----------
    X : DataFrame or array
        As `CLEANERS` leaves it, images as pixels.
    steps : sequence of Step
    settings : Preprocess
        Text and gaps in a table are made uniform again after each step.
    ids : array of shape (n_samples,) or None
        What names a row, where each step is to be tried on some rows alone.
    """
    for step in steps:
        made = take_step(step, X)
        if ids is not None:
            check_row_wise(step, X, made, ids)
        X = clean_table(made, settings.tabular) if step.kind == "tabular" else made
    return X


def clean_table(X: pd.DataFrame, settings: TabularCleaning) -> pd.DataFrame:
    """Make text and gaps in a table uniform.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        Numbers, and text as objects.
    settings : TabularCleaning
        ``strip_text`` cuts white space around text, and spells it one way in Unicode.

    Returns
    -------
    DataFrame of shape (n_samples, n_features)
        Text is ``str``, as objects; what is empty or infinite is NaN.
    """
    cleaned = {name: _clean_column(column, settings) for name, column in X.items()}
    return pd.DataFrame(cleaned, copy=False)  # untouched columns are shared, not copied


def clean_images(X: NDArray[np.uint8] | pd.DataFrame, settings: ImageCleaning) -> NDArray[np.uint8]:
    """Decode image files, or take images as they are; bring them to a size and number of channels.

    Parameters
    ----------
    X : uint8 array of shape (n_samples, height, width, channels), or DataFrame
        A table of files is decoded by `retrace.cleaning.decoding.decode`.
    settings : ImageCleaning
        ``size`` in pixels of a square, ``channels`` and ``fit``; null leaves the first two as they are
        (files: 3 channels).

    Returns
    -------
    uint8 array of shape (n_samples, height, width, channels)

    Raises
    ------
    DataError
        Files differ in size and ``settings.size`` is None, or cannot be read any more.
    """
    if isinstance(X, pd.DataFrame):
        return decode(X, settings)
    channels = settings.channels or X.shape[-1]
    if settings.size is None and channels == X.shape[-1]:
        return X
    images = (Image.fromarray(image[..., 0] if X.shape[-1] == 1 else image) for image in X)
    pixels = [to_pixels(i, size=settings.size, channels=channels, fit=settings.fit) for i in images]
    return np.stack(pixels)


def clean_texts(X: NDArray[np.object_], settings: TextCleaning) -> NDArray[np.object_]:
    """Take ``remove`` out of texts: headers first, then footers, then quotes.

    Parameters
    ----------
    X : object array of str of shape (n_samples,)
    settings : TextCleaning

    Returns
    -------
    object array of str of shape (n_samples,)
        A text of which nothing is left is an empty text.
    """
    for name, remove in REMOVERS.items():
        if name in settings.remove:
            X = np.array([remove(text) for text in X], dtype=object)
    return X


def without_headers(text: str) -> str:
    """Return what follows the first empty line; nothing if there is none."""
    return text.partition("\n\n")[2]


def without_quotes(text: str) -> str:
    """Leave out the lines that quote, and those that say whom."""
    return "\n".join(line for line in text.split("\n") if not QUOTE.search(line))


def without_footer(text: str) -> str:
    """Cut a text at its last line that is empty or of hyphens, unless that is its first."""
    lines = text.strip().split("\n")
    breaks = [number for number, line in enumerate(lines) if not line.strip().strip("-")]
    return "\n".join(lines[: breaks[-1]]) if breaks and breaks[-1] > 0 else text


REMOVERS = {"headers": without_headers, "footers": without_footer, "quotes": without_quotes}

CLEANERS: dict[str, Callable[..., Any]] = {
    "tabular": clean_table,
    "image": clean_images,
    "text": clean_texts,
}


def _clean_column(column: pd.Series, settings: TabularCleaning) -> pd.Series:
    if pd.api.types.is_float_dtype(column.dtype):
        infinite = np.isinf(column)
        return column.mask(infinite) if infinite.any() else column
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column
    text = column.map(str, na_action="ignore").astype(object)
    if settings.strip_text:
        text = spelled_column(text)
    return text.where(text.notna() & (text != ""), np.nan)
