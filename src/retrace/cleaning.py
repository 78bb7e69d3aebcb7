"""Row-wise, stateless work per kind of data: a cleaned row depends on that row alone.

What learns from data (imputing, scaling, encoding, selection) is a step of a model's Pipeline instead
(`retrace.models.features`), so that it is fitted on the training rows only.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from retrace.params import ImageCleaning, Preprocess, TabularCleaning, TextCleaning
from retrace.posts import REMOVERS
from retrace.records import Dataset


def clean(dataset: Dataset, settings: Preprocess) -> Dataset:
    """Return the dataset with its inputs cleaned; rows, labels and ids stay as they are."""
    X = CLEANERS[dataset.kind](dataset.X, getattr(settings, dataset.kind))
    return replace(dataset, X=X)


def clean_table(X: pd.DataFrame, settings: TabularCleaning) -> pd.DataFrame:
    """Make text and gaps in a table uniform.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        Numbers, and text as objects.
    settings : TabularCleaning
        ``strip_text`` cuts white space around text.

    Returns
    -------
    DataFrame of shape (n_samples, n_features)
        Text is ``str``, as objects; what is empty or infinite is NaN.
    """
    cleaned = {name: _clean_column(column, settings) for name, column in X.items()}
    return pd.DataFrame(cleaned, copy=False)  # untouched columns are shared, not copied


def clean_images(X: NDArray[np.uint8], settings: ImageCleaning) -> NDArray[np.uint8]:
    """Resize images to a square of ``size`` pixels (bilinear), or leave them as they are.

    Parameters
    ----------
    X : uint8 array of shape (n_samples, height, width, channels)
    settings : ImageCleaning

    Returns
    -------
    uint8 array of shape (n_samples, size, size, channels)
    """
    if settings.size is None:
        return X
    resized = np.empty((len(X), settings.size, settings.size, X.shape[-1]), dtype=np.uint8)
    for image, target in zip(X, resized, strict=True):
        for channel in range(X.shape[-1]):
            plane = Image.fromarray(image[..., channel])
            size = (settings.size, settings.size)
            target[..., channel] = np.asarray(plane.resize(size, Image.Resampling.BILINEAR))
    return resized


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
        text = text.map(str.strip, na_action="ignore").astype(object)
    return text.where(text.notna() & (text != ""), np.nan)
