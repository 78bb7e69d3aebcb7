"""What a table must hold: `schema:` of data/<name>.yaml, checked by pandera before all else.

The words are pandera's (https://pandera.readthedocs.io), but for `dtype`, which says what a person
means: pandas reads whole numbers with a gap as floats, and one wrong cell makes a column text.
"""

import datetime
import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from annotated_types import Len
from pydantic import AfterValidator, StrictBool, StrictFloat, StrictInt, StrictStr

from retrace.core.errors import DataError, did_you_mean
from retrace.readers.shared.description import described


def _date_as_text(value: Any) -> Any:
    """Pandas compares ISO text with dates and with ISO text alike; a date of YAML only with dates."""
    return value.isoformat() if isinstance(value, datetime.date) else value


def _regular_expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"got {text!r}, should be a regular expression: {error}") from error
    return text


Value = Annotated[
    StrictBool | StrictInt | StrictFloat | StrictStr | datetime.datetime | datetime.date,
    AfterValidator(_date_as_text),
]
Values = Annotated[list[Value], Len(1)]


@described
class ColumnSchema:
    """What one column must hold; gaps only where it is ``nullable``."""

    dtype: Literal["number", "integer", "text", "boolean", "date"] | None = None
    nullable: StrictBool = False
    unique: StrictBool = False
    required: StrictBool = True
    isin: Values | None = None
    notin: Values | None = None
    in_range: Annotated[list[Value], Len(2, 2)] | None = None
    ge: Value | None = None
    gt: Value | None = None
    le: Value | None = None
    lt: Value | None = None
    str_matches: Annotated[StrictStr, AfterValidator(_regular_expression)] | None = None
    str_length: Annotated[list[StrictInt], Len(2, 2)] | None = None

    def checks(self) -> dict[str, Any]:
        """Return the checks of values that are asked for, by their names."""
        asked = {name: getattr(self, name) for name in (*TAKES_ONE, *TAKES_TWO)}
        return {name: value for name, value in asked.items() if value is not None}


def _is_number(column: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(column.dtype):
        return pd.Series(False, column.index)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return pd.Series(True, column.index)
    readable = pd.to_numeric(column, errors="coerce").notna()
    # Digits kept as text are no numbers, but beside a word, the word is what to mend.
    return readable & ~_is_text(column) if readable.all() else readable


def _is_integer(column: pd.Series) -> pd.Series:
    return _is_number(column) & (pd.to_numeric(column, errors="coerce") % 1 == 0)


def _is_text(column: pd.Series) -> pd.Series:
    return column.map(lambda value: isinstance(value, str)).astype(bool)


def _is_boolean(column: pd.Series) -> pd.Series:
    return column.map(lambda value: isinstance(value, bool | np.bool_)).astype(bool)


def _is_date(column: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return pd.Series(True, column.index)
    # Numbers are left out: pandas would take them for nanoseconds since 1970.
    texts = column.where(_is_text(column))
    return pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True).notna()


DTYPES: dict[str, Callable[[pd.Series], pd.Series]] = {
    "number": _is_number,
    "integer": _is_integer,
    "text": _is_text,
    "boolean": _is_boolean,
    "date": _is_date,
}

TAKES_ONE = ("dtype", "isin", "notin", "ge", "gt", "le", "lt", "str_matches")
TAKES_TWO = ("in_range", "str_length")


@described
class Schema:
    """Columns that a table must have; ``strict`` forbids others, ``unique`` ones are a key together."""

    columns: Annotated[dict[str, ColumnSchema], Len(1)]
    strict: StrictBool = False
    unique: Annotated[list[str], Len(1)] | None = None


def check_schema(table: pd.DataFrame, schema: Schema, file: str, said_in: str) -> str:
    """Compare a table with its schema.

    Parameters
    ----------
    table : DataFrame
        As it was read, before anything else is done to it.
    schema : Schema
        What data/<name>.yaml says of columns and rows.
    file, said_in : str
        How an error names the table and the place of the schema.

    Returns
    -------
    str
        A sentence for the report.

    Raises
    ------
    DataError
        A column is missing, or rows break the schema; its details list them by column and check.
    """
    from pandera.errors import SchemaErrors  # slow to import, and most tables have no schema

    _require_columns(table, schema, file, said_in)
    # The index that a Parquet file may bring says nothing to a person who looks for a row.
    numbered = table.set_axis(pd.RangeIndex(1, len(table) + 1))
    try:
        _as_pandera(schema).validate(numbered, lazy=True, inplace=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        rows = cases["index"].nunique()
        raise DataError(
            f"{file} breaks `schema:` of {said_in}{f' in {rows} of {len(table)} rows' if rows else ''}:"
            " mend the file, or the schema",
            details=list(_listing(cases)),
        ) from None
    columns = [column for name, column in schema.columns.items() if name in table]
    n_checks = sum(len(column.checks()) + column.unique + (not column.nullable) for column in columns)
    n_checks += schema.strict + (schema.unique is not None)
    counted = f"{_count(len(columns), 'column')}, {_count(n_checks, 'check')}"
    return f"The schema of {said_in} held: {counted}."


def _require_columns(table: pd.DataFrame, schema: Schema, file: str, said_in: str) -> None:
    required = {f"columns.{name}": name for name, column in schema.columns.items() if column.required}
    required |= {f"unique.{i}": name for i, name in enumerate(schema.unique or [])}
    for key, name in required.items():
        if name not in table:
            raise DataError(
                f"{said_in}: schema.{key} is no column of {file}"
                f"{did_you_mean(name, map(str, table))}; columns: {', '.join(map(str, table))}"
            )


def _as_pandera(schema: Schema) -> Any:
    import pandera.pandas as pandera

    columns = {
        name: pandera.Column(
            checks=[_as_check(check, asked) for check, asked in column.checks().items()],
            nullable=column.nullable,
            unique=column.unique,
            required=column.required,
        )
        for name, column in schema.columns.items()
    }
    return pandera.DataFrameSchema(columns, strict=schema.strict, unique=schema.unique)


def _as_check(name: str, asked: Any) -> Any:
    import pandera.pandas as pandera

    shown = f"{name} {asked}"
    if name == "dtype":
        return pandera.Check(DTYPES[asked], error=shown)
    return getattr(pandera.Check, name)(*(asked if name in TAKES_TWO else [asked]), error=shown)


PANDERAS_WORDS = {
    "not_nullable": "no gaps (nullable: false)",
    "field_uniqueness": "unique",
    "multiple_fields_uniqueness": "unique together",
}


def _listing(cases: pd.DataFrame, most: int = 20) -> Iterator[str]:
    """Write one line per column and check that failed."""
    by_check = list(cases.groupby(["column", "check"], sort=False, dropna=False))
    wrong_dtype = {column for (column, check), _ in by_check if check.startswith("dtype ")}
    # Values of the wrong type cannot be compared: the type is what to mend.
    lines = [
        _told(column, check, failed)
        for (column, check), failed in by_check
        if column not in wrong_dtype or failed["index"].notna().all()
    ]
    yield from lines[:most]
    if len(lines) > most:
        yield f"and {len(lines) - most} more"


def _told(column: object, check: str, failed: pd.DataFrame, most: int = 5) -> str:
    wish = PANDERAS_WORDS.get(check, check)
    values = failed["failure_case"]
    if check == "column_in_schema":
        return f"{', '.join(map(str, values[:most]))}: not in the schema, which is strict"
    if failed["index"].isna().all():
        return f"{column}: {wish} suits other values than the column holds ({values.iloc[0]})"
    shown = zip(failed["index"][:most], values[:most], strict=True)
    rows = ", ".join(f"row {row} ({str(value)[:40]})" for row, value in shown)
    rest = ", ..." if len(failed) > most else ""
    return f"{column}: {wish} fails in {_count(len(failed), 'row')}: {rows}{rest}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
