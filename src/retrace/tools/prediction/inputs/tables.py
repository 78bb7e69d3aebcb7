"""A CSV or Parquet file of any length, a chunk of rows at a time; or CSV from standard input."""

import re
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrace.core.checked_yaml import checked
from retrace.core.errors import DataError, did_you_mean, first_few
from retrace.readers.shared.description import CommonDescription
from retrace.readers.table import Description
from retrace.tools.prediction.inputs import STDIN, Chunk, Problem, Read
from retrace.tools.prediction.predictor import Predictor

# Of a chunk: as many cells as 8 MB hold, but not so few rows that each costs more than it takes.
CELLS, FEWEST, MOST = 2**20, 256, 2**14

Piece = tuple[list[str], pd.DataFrame, list[Problem]]  # all column names, the rows, lines that are none

BAD_LINE = re.compile(r"Skipping line (\d+): (.+)")

# How a table is written where the data of the model were none: those that come with a library.
PLAIN = checked(
    Description,
    dict.fromkeys(("title", "licence", "file", "target"), "")
    | {"task": "classification", "kind": "tabular", "reader": "table"},
    "a plain table",
)


def is_table(where: str, predictor: Predictor) -> bool:
    """Tell whether an input is a table: by its name, or standard input by the model's data."""
    if where == STDIN:
        return predictor.kind == "tabular" or isinstance(predictor.source.description, Description)
    return Path(where).suffix.lower() in {".csv", ".tsv", ".parquet"}


def table_chunks(where: str, predictor: Predictor, *, skip: bool) -> Iterator[Chunk]:
    """Yield the rows of a table.

    Parameters
    ----------
    where : str
        A path, or ``-``.
    skip : bool
        Whether lines that are no rows are named instead of refused.

    Raises
    ------
    DataError
        The file is missing, broken, or has not the columns that the model takes.
    """
    parquet = where.endswith(".parquet")
    pieces = _parquet(where, predictor) if parquet else _csv(where, predictor, skip=skip)
    start = 0
    for columns, table, problems in pieces:
        yield Chunk(
            start=start,
            rows=table,
            problems=tuple(problems),
            extra=tuple(_extra(columns, predictor)) if start == 0 else (),
        )
        start += len(table)


def read_table(chunk: Chunk, predictor: Predictor) -> Read:
    """Return the features of a chunk, each column of the kind that it had in training."""
    table, description = chunk.rows, _written(predictor.source.description)
    names = _ids(table, description, chunk.start)
    if predictor.kind == "text":
        column = table[description.text or "text"]
        texts = column.astype(object).where(column.notna(), "").map(str)
        return Read(ids=names, X=texts.to_numpy(dtype=object), problems=list(chunk.problems))
    wrong = np.zeros(len(table), dtype=bool)
    columns, problems = {}, list(chunk.problems)
    for name, kind in predictor.columns.items():
        columns[name] = table[name]
        if kind == "number":
            columns[name], bad = _as_numbers(table[name], description.decimal)
            rows = np.flatnonzero(bad & ~wrong).tolist()
            problems += [
                Problem(_row(names, chunk.start, row), _no_number(table[name], row)) for row in rows
            ]
            wrong |= bad
    X = pd.DataFrame(columns, copy=False)
    if wrong.any():
        X, names = X[~wrong].reset_index(drop=True), names[~wrong]
    return Read(ids=names, X=X, problems=problems, unseen=_unseen(X, predictor))


def _written(description: CommonDescription) -> Description:
    return description if isinstance(description, Description) else PLAIN


def _csv(where: str, predictor: Predictor, *, skip: bool) -> Iterator[Piece]:
    description = _written(predictor.source.description)
    texts = [name for name, kind in predictor.columns.items() if kind == "category"]
    texts += [name for name in (description.id, description.text or "text") if name]
    try:
        reader = pd.read_csv(
            sys.stdin.buffer if where == STDIN else where,
            sep="\t" if where.endswith(".tsv") else description.separator,
            decimal=description.decimal,
            encoding=description.encoding,
            # An empty cell is a gap, whatever else is: as where the model's data were read.
            na_values=description.missing and [*map(str, description.missing), ""],
            keep_default_na=description.missing is None,
            index_col=False,
            dtype=dict.fromkeys(texts, str),
            chunksize=_rows_at_a_time(predictor),
            low_memory=False,
            on_bad_lines="warn" if skip else "error",
        )
        with reader:
            while True:
                with warnings.catch_warnings(record=True) as said:
                    warnings.simplefilter("always")
                    table = next(reader, None)
                if table is None:
                    return
                names = list(map(str, table))
                wanted = _wanted(names, where, predictor)
                yield names, table[wanted], _bad_lines(said, where)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeError, ValueError, OSError) as error:
        raise DataError(_broken(where, error, description)) from error


def _bad_lines(said: list[warnings.WarningMessage], where: str) -> list[Problem]:
    found = []
    for warning in said:
        text = str(warning.message)
        if not (lines := BAD_LINE.findall(text)) and issubclass(
            warning.category, pd.errors.ParserWarning
        ):
            raise DataError(
                f"{where}: its lines have more fields than its header: {' '.join(text.split())}"
            )
        found += [Problem(f"line {number}", why) for number, why in lines]
    return found


def _parquet(where: str, predictor: Predictor) -> Iterator[Piece]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(where) as file:
            names = file.schema_arrow.names
            wanted = _wanted(names, where, predictor)
            for batch in file.iter_batches(_rows_at_a_time(predictor), columns=wanted):
                yield names, batch.to_pandas(), []
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{where} is not a readable Parquet file: {error}") from error


def _rows_at_a_time(predictor: Predictor) -> int:
    if predictor.kind == "text":
        return FEWEST
    return int(np.clip(CELLS // max(len(predictor.columns), 1), FEWEST, MOST))


def _needed(predictor: Predictor) -> list[str]:
    description = _written(predictor.source.description)
    if predictor.kind == "text":
        return [description.text or "text"]
    return list(predictor.columns)


def _wanted(there: list[str], where: str, predictor: Predictor) -> list[str]:
    """Return the columns to keep; refuse a table that lacks one."""
    needed = _needed(predictor)
    lacking = [name for name in needed if name not in there]
    if lacking:
        raise DataError(
            f"{where} lacks {len(lacking)} of the {len(needed)} columns that the model takes"
            f" ({first_few(lacking)}){did_you_mean(lacking[0], there)}; it has: {first_few(there, 10)}"
        )
    name = _written(predictor.source.description).id
    return [*needed, *([name] if name in there else [])]


def _extra(there: list[str], predictor: Predictor) -> list[str]:
    """Name the columns that have no role: they are ignored."""
    description = _written(predictor.source.description)
    roles = ("target", "text", "id", "group", "time", "part")
    known = {*_needed(predictor), *(description.drop or []), *(description.attributes or [])}
    known |= {getattr(description, role) for role in roles}
    return [name for name in there if name not in known]


def _ids(table: pd.DataFrame, description: Description, start: int) -> Any:
    if description.id in table:
        return table[description.id].to_numpy(object)
    return np.arange(start, start + len(table))


def _row(names: Any, start: int, row: int) -> str:
    counted = f"row {start + row + 1}"
    return counted if names[row] == start + row else f"{counted} (id {names[row]})"


def _as_numbers(column: pd.Series, decimal: str) -> tuple[pd.Series, np.ndarray]:
    """Return a column as numbers, and where it holds something else."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.astype(np.float64), np.zeros(len(column), dtype=bool)
    if pd.api.types.is_numeric_dtype(column.dtype):
        plain = column if isinstance(column.dtype, np.dtype) else column.astype(np.float64)
        return plain, np.zeros(len(column), dtype=bool)
    texts = column.map(lambda value: value.strip() if isinstance(value, str) else value).astype(object)
    if decimal != ".":
        texts = texts.map(lambda value: value.replace(decimal, ".") if isinstance(value, str) else value)
    numbers = pd.to_numeric(texts, errors="coerce").astype(np.float64)
    empty = texts.isna() | (texts == "")
    return numbers, (numbers.isna() & ~empty).to_numpy(bool)


def _no_number(column: pd.Series, row: int) -> str:
    return f"{column.name} holds {str(column.iloc[row])[:40]!r}, should be a number"


def _unseen(X: pd.DataFrame, predictor: Predictor) -> dict[str, Counter[str]]:
    found = {}
    for name, known in predictor.known.items():
        values = X[name].dropna().map(str).str.strip().value_counts()
        new = {value: int(count) for value, count in values.items() if value not in known and value}
        if new:
            found[name] = Counter(new)
    return found


def _broken(where: str, error: Exception, description: Description) -> str:
    said = " ".join(str(error).split())
    if isinstance(error, pd.errors.EmptyDataError):
        return f"{where} is empty: it should hold a header line and rows"
    if isinstance(error, FileNotFoundError):
        return f"{where} is not there: name a file, a folder, or - for standard input"
    if isinstance(error, UnicodeError):
        return f"{where} is not {description.encoding} text ({said}): save it so"
    if fields := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", said):
        wanted, line, got = fields.groups()
        return (
            f"{where}: line {line} has {got} fields, should have {wanted}: mend it, or leave such lines"
            " out with --on-error skip"
        )
    return f"{where} is not a readable CSV file (separator {description.separator!r}): {said}"
