"""A target column in: codes and class names out, or the numbers of a regression."""

import numpy as np
import pandas as pd

from retrace.core.errors import DataError, first_few
from retrace.core.records import Codes, Floats, Targets, Task
from retrace.core.spelling import near_twins, spelled_column
from retrace.readers.shared.cells import PLAIN, Marks, cells_of, numbers_of

MOST_CLASSES_OF_NUMBERS, FEWEST_ROWS = 50, 5  # of fractions: half stars, not measurements


def encode_target(
    task: Task, target: pd.Series, where: str, marks: Marks = PLAIN
) -> tuple[Targets, tuple[str, ...]]:
    """Turn a target column into what its task learns: codes and class names, or numbers and no names.

    Parameters
    ----------
    task : str
        What is predicted.
    target : Series of shape (n_samples,)
        As the file gave it.
    where : str
        How an error names the column.
    marks : Marks
        How numbers are written.

    Raises
    ------
    DataError
        The column does not suit the task: see `encode_labels` and `as_numbers`.
    """
    if task == "classification":
        return encode_labels(target, where)
    return as_numbers(target, where, marks), ()


def notes_on_classes(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Name classes that a person may take for one, for the report."""
    if not (twins := near_twins(classes)):
        return ()
    what = f"The target has near-twins as classes of their own: {first_few(twins, 3)}"
    return (f"{what}; mend the file where a pair is one class.",)


def encode_labels(target: pd.Series, where: str) -> tuple[Codes, tuple[str, ...]]:
    """Turn labels into codes 0, 1, ... and the names of the classes in their natural order.

    White space around a label, and how Unicode spells it, make no class of its own.

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
    target = spelled_column(target)
    _refuse_gaps(target, where)
    if pd.api.types.is_float_dtype(target.dtype) and not np.isfinite(target).all():
        raise DataError(f"{where} holds infinity: a label names a class")
    labels = _plain(target)
    codes, values = pd.factorize(labels, sort=True)
    if len(values) == 1:
        raise DataError(f"{where} has one class only ('{values[0]}'): a classifier needs at least two")
    fractions = pd.api.types.is_float_dtype(labels.dtype)
    measured = fractions and len(values) > min(MOST_CLASSES_OF_NUMBERS, len(target) / FEWEST_ROWS)
    if measured or len(values) > max(50, len(target) // 2):
        raise DataError(
            f"{where} has {len(values)} distinct values in {len(target)} rows (such as"
            f" {values[0]!s}): classes should repeat; name a column of classes as target, or set"
            " task: regression to predict numbers"
        )
    names = [f"{value:.15g}" if fractions else str(value) for value in values]
    return codes.astype(np.int64), tuple(names)


def as_numbers(target: pd.Series, where: str, marks: Marks = PLAIN) -> Floats:
    """Return the targets of a regression as float64, shape (n_samples,).

    Raises
    ------
    DataError
        A target is missing, infinite or no number, or all are equal.
    """
    target = spelled_column(target)
    _refuse_gaps(target, where)
    numbers = _numbers(target, where, marks)
    if not np.isfinite(numbers).all():
        row = int(np.flatnonzero(~np.isfinite(numbers))[0]) + 1
        raise DataError(f"{where} holds infinity (row {row}): a regression needs finite numbers")
    if np.ptp(numbers) == 0:
        raise DataError(f"{where} is {numbers[0]:g} in every row: there is nothing to predict")
    return numbers


def _numbers(target: pd.Series, where: str, marks: Marks) -> Floats:
    """Name the first cell that is no number: one among thousands makes the whole column text."""
    if pd.api.types.is_bool_dtype(target.dtype):
        numbers = np.full(len(target), np.nan)
    elif pd.api.types.is_numeric_dtype(target.dtype):
        return target.to_numpy(np.float64)
    else:
        cells = cells_of(target)
        numbers = cells.spread(numbers_of(cells.texts, marks).to_numpy(), target).to_numpy()
    wrong = np.isnan(numbers)
    if not wrong.any():
        return numbers
    row = int(wrong.argmax())
    count = "" if wrong.all() else f" in row {row + 1} ({wrong.sum()} of {len(target)} are no numbers)"
    raise DataError(
        f"{where} holds '{target.iloc[row]}'{count}: task: regression predicts numbers; mend the cells,"
        " name a column of numbers as target, or set task: classification"
    )


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
    if not isinstance(target.dtype, np.dtype):
        target = target.astype(target.dtype.numpy_dtype)
    if pd.api.types.is_float_dtype(target.dtype) and (target == target.round()).all():
        # Beyond 64 bits an integer would wrap around: all such labels became one.
        small = target.abs().max() < 2**63
        return (
            target.astype(np.int64) if small else target.map(lambda value: f"{value:g}").astype(object)
        )
    return target
