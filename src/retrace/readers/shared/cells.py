"""The cells of a column: what was made of them, and their distinct texts."""

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from retrace.core.records import Column
from retrace.core.spelling import spelled

MARKS_OF_NUMBERS = str.maketrans("\u2212\uff0d\uff0e\uff0c\u066b", "--.,.")

COUNTED = 10_000  # rows in which values are counted: of a long table as many as it takes to see


class Marks(NamedTuple):
    """How the numbers of a file are written: the mark before the decimals, that between thousands."""

    decimal: str = "."
    thousands: str | None = None


PLAIN = Marks()


@dataclass(frozen=True)
class Reading:
    """A column as it was read: NumPy numbers, dates, or text as objects; a gap is NaN.

    Attributes
    ----------
    kind : str
        What it was taken for.
    note : str
        What was odd, where the meaning is clear; else empty.
    problem : str
        Why it cannot be a feature until its owner says what it is; else empty.
    """

    column: pd.Series
    kind: str
    note: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Cells:
    """The distinct texts of a column, spelled one way, and how many cells hold each."""

    codes: np.ndarray
    texts: pd.Series
    counts: np.ndarray

    def count(self, chosen: pd.Series) -> int:
        """Count the cells that hold one of the chosen texts."""
        return int(self.counts[chosen.to_numpy(bool)].sum())

    def first(self, chosen: pd.Series) -> tuple[str, int]:
        """Return the first cell of the column that is among those chosen, and its row."""
        row = int(np.argmax(np.append(chosen.to_numpy(bool), False)[self.codes]))
        return self.texts.iloc[self.codes[row]], row + 1

    def spread(self, values: np.ndarray, column: pd.Series) -> pd.Series:
        """Give each cell the value of its text; a gap stays one."""
        return pd.Series(np.append(values, np.nan)[self.codes], column.index, name=column.name)


def cells_of(column: pd.Series) -> Cells:
    """Look at the distinct values of a column, as texts."""
    codes, distinct = pd.factorize(column)
    texts = pd.Series([spelled(str(value)) for value in distinct], dtype=object)
    return Cells(codes, texts, np.bincount(codes[codes >= 0], minlength=len(texts)))


def numbers_of(texts: pd.Series, marks: Marks = PLAIN) -> pd.Series:
    """Return the number that each text is, NaN where it is none.

    A minus may be a typographic one, and digits of any script are digits.
    """
    plain = texts.map(lambda text: text if text.isascii() else _in_ascii(text)).astype(object)
    if marks.thousands is not None:
        plain = plain.str.replace(marks.thousands, "", regex=False)
    if marks.decimal != ".":
        dotted = plain.str.contains(".", regex=False)
        plain = plain.where(~dotted).str.replace(marks.decimal, ".", regex=False)
    return pd.to_numeric(plain.astype(object), errors="coerce").astype(np.float64)


def _in_ascii(text: str) -> str:
    digits = (str(unicodedata.decimal(letter, letter)) for letter in text)
    return "".join(digits).translate(MARKS_OF_NUMBERS)


def facts_of(reading: Reading, name: str, role: str) -> Column:
    """Return what the report says of a column."""
    some = reading.column.iloc[:COUNTED]
    if some.dtype.kind in "fiu" and isinstance(some.dtype, np.dtype):
        values = some.to_numpy()
        present = values[~np.isnan(values)]
        distinct = len(np.unique(present))
    else:
        present = some[some.notna()]
        distinct = _count_distinct(present)
    gaps = len(some) - len(present)
    return Column(
        name=name, role=role, kind=reading.kind, gaps=gaps, distinct=distinct, note=reading.note
    )


def counts_rows(column: pd.Series) -> bool:
    """Tell whether a column is 0, 1, 2, ... or 1, 2, 3, ...: the index that a program wrote along."""
    if column.empty or column.dtype.kind not in "iu":
        return False
    first = column.iloc[0]
    return bool(first in (0, 1) and (column.to_numpy() == first + np.arange(len(column))).all())


def _count_distinct(column: pd.Series) -> int:
    try:
        return int(column.nunique())
    except TypeError:  # lists and the like
        return len(column)
