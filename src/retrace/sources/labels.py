"""A column of labels in, codes and class names out."""

import numpy as np
import pandas as pd

from retrace.errors import DataError
from retrace.records import Codes


def encode_labels(target: pd.Series, where: str) -> tuple[Codes, tuple[str, ...]]:
    """Turn labels into codes 0, 1, ... and the names of the classes in their natural order.

    Parameters
    ----------
    target : Series of shape (n_samples,)
        Labels: text, numbers or booleans.
    where : str
        How an error names the column.

    Raises
    ------
    DataError
        A label is missing, all rows have the same label, or the labels are measurements.
    """
    missing = np.flatnonzero(target.isna())
    if missing.size:
        rows = ", ".join(str(row + 1) for row in missing[:3]) + (", ..." if missing.size > 3 else "")
        raise DataError(
            f"{where} is empty in {missing.size} of {len(target)} rows (row {rows}):"
            " fill these labels in or remove the rows"
        )
    if pd.api.types.is_float_dtype(target.dtype) and not np.isfinite(target).all():
        raise DataError(f"{where} holds infinity: a label names a class")
    labels = _plain(target)
    codes, values = pd.factorize(labels, sort=True)
    if len(values) == 1:
        raise DataError(f"{where} has one class only ('{values[0]}'): a classifier needs at least two")
    if pd.api.types.is_float_dtype(labels.dtype) or len(values) > max(50, len(target) // 2):
        raise DataError(
            f"{where} has {len(values)} distinct values in {len(target)} rows (such as"
            f" {values[0]!s}): classes should repeat; name a column of classes as target"
        )
    return codes.astype(np.int64), tuple(str(value) for value in values)


def _plain(target: pd.Series) -> pd.Series:
    """Return whole-number floats as integers, and anything that is not a number as text."""
    if pd.api.types.is_bool_dtype(target.dtype) or not pd.api.types.is_numeric_dtype(target.dtype):
        return target.astype(str).astype(object)
    if pd.api.types.is_float_dtype(target.dtype) and (target == target.round()).all():
        return target.astype(np.int64)
    return target
