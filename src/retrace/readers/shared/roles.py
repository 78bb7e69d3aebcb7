"""Columns that are no features: what names a row, ties it to others, or says where it goes."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.errors import DataError, did_you_mean
from retrace.core.records import PARTS


def unique_ids(table: pd.DataFrame, column: str | None, path: Path) -> NDArray[np.generic]:
    """Return what names each row: a column in which nothing repeats, or positions."""
    if column is None:
        return np.arange(len(table))
    ids = complete(table, column, "id", path)
    repeated = table[column].duplicated()
    if ids is None or repeated.any():
        raise DataError(
            f"{path}: id '{column}' repeats in {repeated.sum()} rows (first:"
            f" '{table[column][repeated].iloc[0]}'): an id should name one row"
        )
    return ids


def complete(
    table: pd.DataFrame, column: str | None, role: str, path: Path
) -> NDArray[np.generic] | None:
    """Return a column without gaps; ``role`` is what an error calls it."""
    if column is None:
        return None
    missing = table[column].isna()
    if missing.any():
        raise DataError(
            f"{path}: {role} '{column}' is empty in {missing.sum()} rows"
            f" (first: row {missing.argmax() + 1}): fill it in or remove the rows"
        )
    return plain(table[column]).to_numpy()


def parsed_times(
    table: pd.DataFrame, column: str | None, time_format: str | None, path: Path
) -> NDArray[np.generic] | None:
    """Return numbers as they are, and dates as UTC without a time zone."""
    if complete(table, column, "time", path) is None:
        return None
    if pd.api.types.is_numeric_dtype(table[column].dtype):
        return table[column].to_numpy()
    try:
        times = pd.to_datetime(table[column], utc=True, format=time_format or "ISO8601")
    except ValueError as error:
        form = f"as `time_format: '{time_format}'` says" if time_format else ""
        raise DataError(
            f"{path}: time '{column}' is not a date {form or 'such as 2024-01-31'} in every row"
            f" (first: '{table[column].iloc[0]}'): set `time_format:`, as in '%d/%m/%Y'"
        ) from error
    return times.dt.tz_localize(None).to_numpy()


def fixed_part(table: pd.DataFrame, column: str | None, path: Path) -> NDArray[np.generic] | None:
    """Return the part that the dataset prescribes for each row."""
    part = complete(table, column, "part", path)
    if part is not None and (unknown := sorted(set(map(str, part)) - set(PARTS))):
        raise DataError(
            f"{path}: part '{column}' holds '{unknown[0]}'{did_you_mean(unknown[0], PARTS)};"
            f" allowed: {', '.join(PARTS)}"
        )
    return part


def plain(column: pd.Series) -> pd.Series:
    """Return NumPy numbers, or objects for text: what scikit-learn and a stable pickle know best."""
    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype) and not column.hasnans:
        return column.astype(np.uint8)
    if pd.api.types.is_numeric_dtype(dtype):
        return column if isinstance(dtype, np.dtype) else column.astype(np.float64)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return column
    return column.astype(object)
