"""Columns that are no features: what names a row, ties it to others, or says where it goes."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.errors import DataError, did_you_mean
from retrace.core.records import PARTS
from retrace.core.spelling import spelled_column
from retrace.readers.shared.class_folders import part_of
from retrace.readers.shared.declared import parse_times


def unique_ids(table: pd.DataFrame, column: str | None, path: Path) -> NDArray[np.generic]:
    """Return what names each row: a column in which nothing repeats, or positions."""
    if column is None:
        return np.arange(len(table))
    ids = complete(table, column, "id", path)
    repeated = pd.Series(ids, table.index).duplicated()
    if ids is None or repeated.any():
        raise DataError(
            f"{path}: id '{column}' repeats in {repeated.sum()} rows (first:"
            f" '{table[column][repeated].iloc[0]}'): an id should name one row"
        )
    return ids


def complete(
    table: pd.DataFrame, column: str | None, role: str, path: Path
) -> NDArray[np.generic] | None:
    """Return a column without gaps, its texts spelled one way; ``role`` is what an error calls it."""
    if column is None:
        return None
    values = spelled_column(table[column])
    missing = values.isna()
    if missing.any():
        raise DataError(
            f"{path}: {role} '{column}' is empty in {missing.sum()} rows"
            f" (first: row {missing.argmax() + 1}): fill it in or remove the rows"
        )
    return plain(values).to_numpy()


def parsed_times(
    table: pd.DataFrame, column: str | None, time_format: str | None, path: Path
) -> NDArray[np.generic] | None:
    """Return numbers as they are, unless a format says how they are dates, and dates as UTC."""
    if column is None or complete(table, column, "time", path) is None:
        return None
    values = table[column]
    if pd.api.types.is_numeric_dtype(values.dtype) and time_format is None:
        return plain(values).to_numpy()
    if values.dtype.kind == "m" or isinstance(values.dtype, pd.PeriodDtype):
        raise DataError(
            f"{path}: time '{column}' holds {values.dtype} values, should be dates or numbers: write the"
            " date at which each begins"
        )
    times = parse_times(values, time_format)
    if times.isna().any():
        row = int(times.isna().argmax())
        form = f"as `time_format: '{time_format}'` says" if time_format else "such as 2024-01-31"
        raise DataError(
            f"{path}: time '{column}' is not a date {form} in every row ({times.isna().sum()} are none,"
            f" first: '{values.iloc[row]}' in row {row + 1}): set `time_format:`, as in '%d/%m/%Y'"
        )
    return times.to_numpy()


def fixed_part(table: pd.DataFrame, column: str | None, path: Path) -> NDArray[np.generic] | None:
    """Return the part that the dataset prescribes for each row."""
    part = complete(table, column, "part", path)
    if part is None:
        return None
    part = np.array([part_of(str(value)) or str(value) for value in part], dtype=object)
    if unknown := sorted(set(part) - set(PARTS)):
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
        if isinstance(dtype, np.dtype):
            return column
        exact = pd.api.types.is_integer_dtype(dtype) and not column.hasnans
        return column.astype(dtype.numpy_dtype if exact else np.float64)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return column
    return column.astype(object)
