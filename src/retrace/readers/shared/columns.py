"""One look at each column of a table before its type is decided; docs/your-own-data.md has the rules."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from retrace.core.spelling import near_twins
from retrace.readers.shared.cells import Cells, Marks, Reading, cells_of, counts_rows, numbers_of
from retrace.readers.shared.dates import are_dates, are_digits_of_dates
from retrace.readers.shared.declared import ColumnRule, read_declared

Readings = dict[str, tuple[str, Reading]]  # by the name of a column: its role, and what it is

NEARLY_ALL = 0.9
FEW_WORDS, MANY_NUMBERS = 5, 20
MANY_VALUES = 20  # of a category; it keeps as many as features.max_categories says
LOOKED_AT = 1_000  # distinct values that tell whether the others are worth a look
FEW_IN_SAMPLE = 0.05

# Besides those that pandas knows (NA, null, ...): in a column of numbers they can mean nothing else.
NO_VALUE = {"?", "-", "--", "---", ".", "..", "*", "missing", "unknown", "not available", "nan", "na"}
NO_VALUE |= {"n/a", "n.a.", "#n/a", "null", "<na>", "#div/0!", "#value!", "#ref!", "#num!", "#null!"}
NO_VALUE |= {"\\n", "(null)", "<null>", "[null]", "#name?", "undefined", "not applicable", "no data"}

# A number in other clothes: 1,234.50, 3,5, $5, 12 %, 70 kg, 3 years, (5.00), 5.00-, ="5".
DRESSED = re.compile(
    r"(?:=\"|[('\"$€£¥]|b')? ?[-+]?\d+(?:[.,'\u2009\u202f ]\d+)*"
    r"(?P<unit> ?(?:[%€$£¥]|[a-zA-Zµ°]{1,3})| [a-zA-Z]{4,12})?[)'\"-]?"
)

FEW_UNITS = 5  # more are no units: 1012 AB and 1013 CD are codes

MARKED = re.compile(r"[-+]?\d+(?:[.,' ]\d+)+")

LEADING_ZERO, DIGITS = re.compile(r"[-+]?0\d+"), re.compile(r"[-+]?\d+")


def read_columns(
    table: pd.DataFrame,
    roles: Mapping[str, str],
    other: str,
    rules: Mapping[str, ColumnRule],
    marks: Marks,
    *,
    own_gaps: bool,
) -> Readings:
    """Decide what each column of a table is, and say in which role it stands.

    Parameters
    ----------
    table : DataFrame of shape (n_samples, n_columns)
        As the file gave it.
    roles : mapping of str to str
        Of the columns that have one: the target, an id, ... are left as they are.
    other : str
        The role of all others: feature, or left out.
    rules, marks, own_gaps
        As `read_column` takes them.
    """
    readings = {}
    for name, column in table.items():
        role, rule = roles.get(str(name), other), rules.get(str(name))
        if role in {"feature", "attribute"} or rule is not None:
            reading = read_column(column, rule, marks, own_gaps)
        else:
            reading = Reading(column, _plain_kind(column))
        if reading.kind == "identifier" and role == "feature":
            role = "left out"
        readings[str(name)] = (role, reading)
    return readings


def _plain_kind(column: pd.Series) -> str:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return "number"
    return "date" if column.dtype.kind == "M" else "text"


def notes_on_columns(readings: Readings, most: int = 20) -> list[str]:
    """Say what was odd about the columns that a model sees."""
    notes = []
    for name, (role, reading) in readings.items():
        note = reading.note
        if counts_rows(reading.column) and len(reading.column) > 2:
            note = "numbers the rows: name it as `id`, or list it under `drop`"
        if role == "feature" and note and reading.kind not in {"ordered", "date"}:
            notes.append(f"Column '{name}': {note}.")
    more = [f"{len(notes) - most} more columns: see Columns."] if len(notes) > most else []
    return notes[:most] + more


def read_column(column: pd.Series, rule: ColumnRule | None, marks: Marks, own_gaps: bool) -> Reading:
    """Decide what a column is, or read it as its owner declares it.

    Parameters
    ----------
    column : Series of shape (n_samples,)
        As the file gave it: gaps are missing, all else is there.
    rule : ColumnRule or None
        What its owner says, if anything.
    marks : Marks
        How numbers are written.
    own_gaps : bool
        Whether the description lists the texts that mean "no value": then no other text means it.
    """
    name = str(column.name)
    if rule is not None:
        return read_declared(column, rule, marks)
    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype) and not column.hasnans:
        return Reading(column.astype(np.uint8), "number")
    if pd.api.types.is_numeric_dtype(dtype):
        return _number(column)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return Reading(column, "date", problem=_date_problem(name))
    if isinstance(dtype, pd.CategoricalDtype):
        return Reading(column.astype(object), "category")
    what = "string" if isinstance(dtype, pd.StringDtype) else pd.api.types.infer_dtype(column)
    if what == "boolean":
        return Reading(column.astype(np.float64), "number")
    if what in {"date", "datetime"}:
        return Reading(column.astype(object), "date", problem=_date_problem(name))
    if what in {"empty", "string", "integer", "mixed-integer", "time"}:
        return _text(column, marks, own_gaps)
    problem = f"holds {_called(column)}, which are no numbers or text: {DROP_IT}"
    return Reading(column, "other", problem=problem)


DROP_IT = "list it under `drop`"


def _number(column: pd.Series) -> Reading:
    values = column if isinstance(column.dtype, np.dtype) else column.astype(np.float64)
    if values.dtype == np.float16:
        values = values.astype(np.float32)
    if are_digits_of_dates(values):
        return Reading(values, "date", problem=_digits_problem(str(column.name)))
    infinite = int(np.isinf(values.to_numpy()).sum()) if values.dtype.kind == "f" else 0
    return Reading(values, "number", f"{infinite} infinite cells become gaps" if infinite else "")


def _text(column: pd.Series, marks: Marks, own_gaps: bool) -> Reading:
    cells = cells_of(column)
    texts, blank = cells.texts, cells.texts == ""
    number = _numbers_among(texts, marks)
    rest = ~number & ~blank
    if number.any() and not own_gaps:
        rest &= ~texts.str.lower().isin(NO_VALUE)
    if number.any() and not rest.any():
        return _numbers_and_gaps(column, cells, number, marks)
    if cells.count(rest & are_dates(texts)) >= NEARLY_ALL * cells.count(~blank) > 0:
        return Reading(column.astype(object), "date", problem=_date_problem(str(column.name)))
    problem = _nearly_numbers(column, cells, number, rest)
    n_numbers = cells.count(number)
    if n_numbers:
        note = f"{n_numbers} of {cells.count(~blank)} cells are numbers, the others not"
    elif len(texts) > max(MANY_VALUES, len(column) / 2):
        note = f"{len(texts):,} values in {len(column):,} rows: what names a row belongs under `drop`"
    else:
        twins = near_twins(set(texts)) if len(texts) <= LOOKED_AT else []
        note = f"{twins[0]} are values of their own" if twins else ""
    return Reading(column.astype(object), "category", note, problem)


def _numbers_among(texts: pd.Series, marks: Marks) -> pd.Series:
    """Tell which texts are numbers; of a large column of words only some are asked."""
    some = texts.iloc[:: max(1, len(texts) // LOOKED_AT)]
    if not some.str.contains(r"^[^a-zA-Z]*\d", regex=True).mean() >= FEW_IN_SAMPLE:
        return pd.Series(False, texts.index)
    return numbers_of(texts, marks).notna()


def _numbers_and_gaps(column: pd.Series, cells: Cells, number: pd.Series, marks: Marks) -> Reading:
    digits = cells.texts[number]
    if digits.str.fullmatch(DIGITS).all() and digits.str.fullmatch(LEADING_ZERO).any():
        return Reading(column.astype(object), "category", "has leading zeros, so it stays text")
    values = cells.spread(numbers_of(cells.texts, marks).to_numpy(), column)
    if number.all():
        return Reading(values, "number", "is text in the file, all of it numbers")
    cell, row = cells.first(~number)
    shown = repr(cell) if cell else "blank"
    what = f"{cells.count(~number)} of {len(column)} cells are no numbers and became gaps"
    return Reading(values, "number", f"{what} (first: {shown} in row {row})")


def _nearly_numbers(column: pd.Series, cells: Cells, number: pd.Series, rest: pd.Series) -> str:
    """Say what is wrong with a column whose meaning is open: numbers, but for some cells."""
    n_numbers, n_rest = cells.count(number), cells.count(rest)
    dressed = rest & _are_dressed(cells.texts)
    many = (number | dressed).sum() > MANY_NUMBERS
    n_all = n_numbers + n_rest
    nearly = n_numbers >= NEARLY_ALL * n_all
    nearly |= many and n_numbers + cells.count(dressed) >= NEARLY_ALL * n_all
    nearly |= many and n_numbers >= n_all / 2 and rest.sum() <= FEW_WORDS
    if not nearly or not n_rest:
        return ""
    cell, row = cells.first(rest)
    settle = "set `decimal` or `thousands`, " if MARKED.fullmatch(cell) else ""
    return (
        f"is nearly all numbers, but {n_rest} of {len(column)} cells are none (first: {cell!r} in row"
        f" {row}): {settle}list what means no value under `missing`, mend the cells, or say what the"
        f" column is: `columns: {{{column.name}: category}}`"
    )


def _are_dressed(texts: pd.Series) -> pd.Series:
    """Tell which texts are numbers with marks or a unit; that each has another unit, codes have."""
    matches = [DRESSED.fullmatch(text) for text in texts]
    units = {match["unit"] for match in matches if match}
    several = len(units) > FEW_UNITS
    return pd.Series([bool(match and not (several and match["unit"])) for match in matches], texts.index)


def _digits_problem(name: str) -> str:
    rule = f"{{{name}: {{kind: date, format: '%Y%m%d'}}}}"
    return (
        f"is a date written as a number: name it as `time`, {DROP_IT}, or say what it is: `columns:"
        f" {rule}` makes days since 1970 of it, `columns: {{{name}: number}}` leaves it as it is"
    )


def _date_problem(name: str) -> str:
    return (
        f"is a date: name it as `time`, {DROP_IT}, or turn it into numbers: `columns: {{{name}: date}}`"
        " makes days since 1970 of it"
    )


def _called(column: pd.Series) -> str:
    value = column.dropna().iloc[0] if column.notna().any() else None
    many = {list: "lists", np.ndarray: "lists", tuple: "lists", dict: "records", bytes: "bytes"}
    return many.get(type(value), f"values of type {column.dtype}")
