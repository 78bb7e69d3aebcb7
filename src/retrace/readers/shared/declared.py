"""`columns:` of data/<name>.yaml: columns that are read as their owner says."""

import re
from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import BeforeValidator, model_validator

from retrace.core.errors import did_you_mean
from retrace.core.spelling import spelled
from retrace.readers.shared.cells import Marks, Reading, cells_of, numbers_of
from retrace.readers.shared.description import described

ColumnKind = Literal["number", "category", "ordered", "text", "date", "identifier"]

NANOSECONDS_OF_A_DAY = 86_400 * 10**9

WHOLE = re.compile(r"([-+]?\d+)\.0+")


@described
class ColumnRule:
    """What a column is, as its owner says; ``order`` of an ordered category, ``format`` of a date."""

    kind: ColumnKind
    order: list[str] | None = None
    format: str | None = None

    @model_validator(mode="after")
    def _only_what_suits_the_kind(self) -> "ColumnRule":
        if (self.kind == "ordered") != (self.order is not None):
            raise ValueError("`kind: ordered` and `order:` (the values from low to high) go together")
        if self.format is not None and self.kind != "date":
            raise ValueError("`format:` goes with `kind: date`")
        return self


def _kind_alone(rule: object) -> object:
    return {"kind": rule} if isinstance(rule, str) else rule


# As `columns:` has it: a kind, or a mapping of a kind and what belongs to it.
DeclaredColumn = Annotated[ColumnRule, BeforeValidator(_kind_alone)]


def read_declared(column: pd.Series, rule: ColumnRule, marks: Marks) -> Reading:
    """Read a column as its owner declares it.

    Parameters
    ----------
    column : Series of shape (n_samples,)
        As the file gave it.
    rule : ColumnRule
        The kind, and what belongs to it.
    marks : Marks
        How numbers are written.

    Returns
    -------
    Reading
        An ordered category is its position in ``order``, a date its days since 1970; with a ``problem``
        where a cell does not suit the kind.
    """
    return READERS_OF_KINDS[rule.kind](column, rule, marks)


def _as_number(column: pd.Series, rule: ColumnRule, marks: Marks) -> Reading:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return Reading(column.astype(np.float64), "number")
    cells = cells_of(column)
    numbers = numbers_of(cells.texts, marks)
    wrong = numbers.isna() & (cells.texts != "")
    if wrong.any():
        return Reading(column, "number", problem=_wrong(cells.first(wrong), "number", "a number"))
    return Reading(cells.spread(numbers.to_numpy(), column), "number")


def _as_text(column: pd.Series, rule: ColumnRule, marks: Marks) -> Reading:
    return Reading(as_texts(column), rule.kind)


def as_texts(column: pd.Series) -> pd.Series:
    """Return the cells as texts; a whole number that a gap made a float is 1, not 1.0."""
    texts = column.astype(object).map(_as_text_of_a_cell, na_action="ignore")
    return texts.astype(object).where(column.notna(), np.nan)


def _as_text_of_a_cell(value: object) -> str:
    whole = WHOLE.fullmatch(text := str(value))
    return whole[1] if whole else text


def _as_ordered(column: pd.Series, rule: ColumnRule, marks: Marks) -> Reading:
    order = {spelled(value): float(position) for position, value in enumerate(rule.order or [])}
    cells = cells_of(_as_text(column, rule, marks).column)
    positions = cells.texts.map(order)
    wrong = positions.isna() & (cells.texts != "")
    if wrong.any():
        cell, row = cells.first(wrong)
        problem = (
            f"holds {cell!r} in row {row}{did_you_mean(cell, order)}: add it to its `order`, which is"
            f" {', '.join(order)}"
        )
        return Reading(column, "ordered", problem=problem)
    low_to_high = " < ".join(order)
    return Reading(cells.spread(positions.to_numpy(np.float64), column), "ordered", low_to_high)


def _as_date(column: pd.Series, rule: ColumnRule, marks: Marks) -> Reading:
    times = parse_times(column, rule.format)
    wrong = times.isna() & column.notna() & (column.astype(str).str.strip() != "")
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        form = (
            f"a date as {rule.format}"
            if rule.format
            else "a date such as 2024-01-31 (or set its `format`)"
        )
        return Reading(column, "date", problem=_wrong((str(column.iloc[row]), row + 1), "date", form))
    days = times.astype("datetime64[ns]").astype("int64").where(times.notna()) / NANOSECONDS_OF_A_DAY
    return Reading(days.astype(np.float64), "date", "days since 1970-01-01")


def parse_times(column: pd.Series, time_format: str | None) -> pd.Series:
    """Return dates as UTC without a time zone; what is no date becomes NaT."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        times = column
    else:
        texts = column.astype(object).map(
            lambda value: _as_written(value, time_format), na_action="ignore"
        )
        times = pd.to_datetime(texts, utc=True, format=time_format or "ISO8601", errors="coerce")
    return times.dt.tz_localize(None) if times.dt.tz is None else times.dt.tz_convert(None)


def _as_written(value: object, time_format: str | None) -> str:
    """Give a date that was read as a number its leading zeros again: 1022024 was 01022024."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = spelled(str(value))
    if time_format and text.isdecimal():
        return text.zfill(len(pd.Timestamp(2000, 1, 1).strftime(time_format)))
    return text


def _as_identifier(column: pd.Series, rule: ColumnRule, marks: Marks) -> Reading:
    return Reading(column, "identifier", "no feature")


READERS_OF_KINDS: dict[str, Callable[[pd.Series, ColumnRule, Marks], Reading]] = {
    "number": _as_number,
    "category": _as_text,
    "ordered": _as_ordered,
    "text": _as_text,
    "date": _as_date,
    "identifier": _as_identifier,
}


def _wrong(cell_and_row: tuple[str, int], kind: str, wanted: str) -> str:
    cell, row = cell_and_row
    return (
        f"is declared as {kind}, but row {row} holds {cell!r}, not {wanted}: mend it, or list it under"
        " `missing`"
    )
