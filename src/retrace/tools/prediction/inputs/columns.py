"""One column of new rows, read as the column of that name was in training."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.readers.shared.cells import Marks, cells_of, numbers_of
from retrace.readers.shared.columns import NO_VALUE
from retrace.readers.shared.declared import ColumnRule, as_texts, read_declared

Wrong = NDArray[np.bool_]


def read_feature(
    column: pd.Series, kind: str, rule: ColumnRule | None, marks: Marks, *, own_gaps: bool
) -> tuple[pd.Series, Wrong]:
    """Return the values of a column, and the rows whose cell is none of its kind.

    In training the whole column decided what it is; here that is known, and each cell is asked.

    Parameters
    ----------
    column : Series of shape (n_samples,)
        As the file gave it.
    kind : {"number", "category"}
        What it was in training; an ordered category and a date are numbers there.
    rule : ColumnRule or None
        What its owner says.
    marks : Marks
        How numbers are written.
    own_gaps : bool
        Whether the description lists the texts that mean "no value".
    """
    if kind == "category":
        # A number here, or declared: spelled as it was when the model met it.
        as_it_is = rule is None and not pd.api.types.is_numeric_dtype(column.dtype)
        return column if as_it_is else as_texts(column), np.zeros(len(column), dtype=bool)
    if rule is not None:
        return _declared(column, rule, marks)
    if pd.api.types.is_numeric_dtype(column.dtype):
        as_it_is = isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf"
        return column if as_it_is else column.astype(np.float64), np.zeros(len(column), dtype=bool)
    return _texts(column, marks, own_gaps=own_gaps)


def _texts(column: pd.Series, marks: Marks, *, own_gaps: bool) -> tuple[pd.Series, Wrong]:
    cells = cells_of(column)
    numbers = numbers_of(cells.texts, marks)
    numbers = numbers.fillna(cells.texts.str.lower().map({"true": 1.0, "false": 0.0}).astype(np.float64))
    gaps = cells.texts == ""
    if not own_gaps:
        gaps |= cells.texts.str.lower().isin(NO_VALUE)
    wrong = np.append((numbers.isna() & ~gaps).to_numpy(bool), False)  # a gap has the code -1
    return cells.spread(numbers.to_numpy(), column), wrong[cells.codes]


def _declared(column: pd.Series, rule: ColumnRule, marks: Marks) -> tuple[pd.Series, Wrong]:
    reading = read_declared(column, rule, marks)
    if not reading.problem:
        return reading.column, np.zeros(len(column), dtype=bool)
    codes, distinct = pd.factorize(column)
    alone = (pd.Series([value], name=column.name, dtype=object) for value in distinct)
    wrong = np.array([bool(read_declared(one, rule, marks).problem) for one in alone] + [False])[codes]
    return read_declared(column.mask(wrong), rule, marks).column, wrong
