"""A CSV or Parquet file of any length, a chunk of rows at a time; or CSV from standard input."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrace.core.checked_yaml import checked
from retrace.core.errors import DataError, did_you_mean, first_few
from retrace.core.spelling import spelled
from retrace.readers.shared.declared import ColumnRule
from retrace.readers.shared.description import CommonDescription
from retrace.readers.shared.table_description import Description
from retrace.tools.prediction.inputs import STDIN, Chunk, Problem, Read
from retrace.tools.prediction.inputs.columns import read_feature
from retrace.tools.prediction.inputs.pieces import csv_pieces, parquet_pieces
from retrace.tools.prediction.predictor import Predictor

# Of a chunk: as many cells as 8 MB hold, but not so few rows that each costs more than it takes.
CELLS, FEWEST, MOST = 2**20, 256, 2**14

REPEATED = re.compile(r"\.\d+$")  # pandas calls the second `x` of a header x.1

TABLES = {".csv", ".tsv", ".parquet"}

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
    return any(suffix in TABLES for suffix in Path(where.lower()).suffixes[-2:])  # .csv.gz too


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
    description = _written(predictor.source.description)
    if predictor.kind == "text" and description.missing is None:
        # NA is a text like any other.
        description = checked(Description, vars(description) | {"missing": [""]}, "the description")
    rows = _rows_at_a_time(predictor)
    choose = partial(_wanted, where=where, predictor=predictor)
    if where.endswith(".parquet"):
        pieces = parquet_pieces(where, description, rows, choose)
    else:
        pieces = csv_pieces(where, description, rows, choose, texts=_texts(predictor), skip=skip)
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
    rules = description.columns or {}
    wrong = np.zeros(len(table), dtype=bool)
    changed, problems = {}, list(chunk.problems)
    plain = _plain_numbers(table, rules)
    for name, kind in predictor.columns.items():
        if name in plain and kind == "number":
            continue
        column = table[name]
        values, bad = read_feature(
            column,
            kind,
            rules.get(name),
            description.marks,
            own_gaps=description.missing is not None,
        )
        if values is not column:
            changed[name] = values
        if bad.any():
            problems += [
                Problem(_row(names, chunk.start, row), _unfit(table[name], row, rules.get(name)))
                for row in np.flatnonzero(bad & ~wrong).tolist()
            ]
            wrong |= bad
    X = table[list(predictor.columns)]
    X = X.assign(**changed) if changed else X
    if wrong.any():
        X, names = X[~wrong].reset_index(drop=True), names[~wrong]
    return Read(ids=names, X=X, problems=problems, unseen=_unseen(X, predictor))


def _written(description: CommonDescription) -> Description:
    return description if isinstance(description, Description) else PLAIN


def _texts(predictor: Predictor) -> list[str]:
    """Name the columns whose cells are texts, whatever they look like: 007 stays 007."""
    description = _written(predictor.source.description)
    categories = [name for name, kind in predictor.columns.items() if kind == "category"]
    named = [name for name in (description.id, description.text or "text") if name]
    return [*categories, *description.texts, *named]


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
    repeated = [name for name in _extra(there, predictor) if REPEATED.sub("", name) in needed]
    if repeated:
        name = REPEATED.sub("", repeated[0])
        raise DataError(f"{where}: column '{name}' occurs more than once: rename or remove one")
    own_id = _written(predictor.source.description).id
    return [*needed, *([own_id] if own_id in there else [])]


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


def _plain_numbers(table: pd.DataFrame, rules: Mapping[str, object]) -> set[str]:
    """Name the columns that are numbers already: there is nothing to ask."""
    return {
        str(name)
        for name, dtype in table.dtypes.items()
        if isinstance(dtype, np.dtype) and dtype.kind in "iuf" and name not in rules
    }


def _unfit(column: pd.Series, row: int, rule: ColumnRule | None) -> str:
    kind = rule.kind if rule else "number"
    wanted = {"ordered": "one of its `order`", "date": "a date"}.get(kind, "a number")
    return f"{column.name} holds {str(column.iloc[row])[:40]!r}, should be {wanted}"


def _unseen(X: pd.DataFrame, predictor: Predictor) -> dict[str, Counter[str]]:
    if X.empty:
        return {}
    if predictor.steps:
        X = predictor.clean(X)  # what they make of a value is what training had
    found = {}
    for name, known in predictor.known.items():
        counts = Counter(spelled(str(value)) for value in X[name].dropna().tolist())
        new = {value: count for value, count in counts.items() if value and value not in known}
        if new:
            found[name] = Counter(new)
    return found
