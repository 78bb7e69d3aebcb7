"""The column of a table that holds texts."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.errors import DataError


def texts_of(column: pd.Series, path: Path) -> NDArray[np.object_]:
    """Return a column of texts as str objects; a gap is an empty text.

    Raises
    ------
    DataError
        The column holds numbers, or nothing at all.
    """
    if pd.api.types.is_numeric_dtype(column.dtype):
        raise DataError(
            f"{path}: text '{column.name}' holds numbers (such as {column.iloc[0]}): name a column of"
            " texts, or set `kind: tabular`"
        )
    texts = column.astype(object).where(column.notna(), "").map(str).to_numpy(dtype=object)
    if not any(text.strip() for text in texts):
        raise DataError(f"{path}: text '{column.name}' is empty in every row: name another column")
    return texts


def notes_on(texts: Sequence[str], name: str) -> tuple[str, ...]:
    """Say how many texts are empty, for the report."""
    empty = sum(not text.strip() for text in texts)
    return (f"'{name}' is empty in {empty} of {len(texts)} rows.",) if empty else ()
