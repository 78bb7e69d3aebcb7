"""A target column in: codes and class names out, or the numbers of a regression."""

import numpy as np
import pandas as pd

from retrace.core.errors import DataError
from retrace.core.records import Codes, Floats, Targets, Task


def encode_target(task: Task, target: pd.Series, where: str) -> tuple[Targets, tuple[str, ...]]:
    """Turn a target column into what its task learns: codes and class names, or numbers and no names.

    Parameters
    ----------
    task : str
    target : Series of shape (n_samples,)
    where : str
        How an error names the column.

    Raises
    ------
    DataError
        The column does not suit the task: see `encode_labels` and `as_numbers`.
    """
    if task == "classification":
        return encode_labels(target, where)
    return as_numbers(target, where), ()


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
    _refuse_gaps(target, where)
    if pd.api.types.is_float_dtype(target.dtype) and not np.isfinite(target).all():
        raise DataError(f"{where} holds infinity: a label names a class")
    labels = _plain(target)
    codes, values = pd.factorize(labels, sort=True)
    if len(values) == 1:
        raise DataError(f"{where} has one class only ('{values[0]}'): a classifier needs at least two")
    if pd.api.types.is_float_dtype(labels.dtype) or len(values) > max(50, len(target) // 2):
        raise DataError(
            f"{where} has {len(values)} distinct values in {len(target)} rows (such as"
            f" {values[0]!s}): classes should repeat; name a column of classes as target, or set"
            " task: regression to predict numbers"
        )
    return codes.astype(np.int64), tuple(str(value) for value in values)


def as_numbers(target: pd.Series, where: str) -> Floats:
    """Return the targets of a regression as float64, shape (n_samples,).

    Raises
    ------
    DataError
        A target is missing, infinite or no number, or all are equal.
    """
    _refuse_gaps(target, where)
    if pd.api.types.is_bool_dtype(target.dtype) or not pd.api.types.is_numeric_dtype(target.dtype):
        raise DataError(
            f"{where} holds '{target.iloc[0]}': task: regression predicts numbers; name a column of"
            " numbers as target, or set task: classification"
        )
    numbers = target.to_numpy(np.float64)
    if not np.isfinite(numbers).all():
        raise DataError(f"{where} holds infinity: a regression needs finite numbers")
    if np.ptp(numbers) == 0:
        raise DataError(f"{where} is {numbers[0]:g} in every row: there is nothing to predict")
    return numbers


def _refuse_gaps(target: pd.Series, where: str) -> None:
    missing = np.flatnonzero(target.isna())
    if missing.size:
        rows = ", ".join(str(row + 1) for row in missing[:3]) + (", ..." if missing.size > 3 else "")
        raise DataError(
            f"{where} is empty in {missing.size} of {len(target)} rows (row {rows}):"
            " fill these targets in or remove the rows"
        )


def _plain(target: pd.Series) -> pd.Series:
    """Return whole-number floats as integers, and anything that is not a number as text."""
    if pd.api.types.is_bool_dtype(target.dtype) or not pd.api.types.is_numeric_dtype(target.dtype):
        return target.astype(str).astype(object)
    if pd.api.types.is_float_dtype(target.dtype) and (target == target.round()).all():
        return target.astype(np.int64)
    return target
