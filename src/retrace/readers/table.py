"""A CSV or Parquet file: one row per sample, one column per feature."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.errors import DataError, did_you_mean, first_few
from retrace.core.records import Dataset
from retrace.core.spelling import spelled, spelled_column
from retrace.readers.shared.cells import Reading, facts_of
from retrace.readers.shared.columns import Readings, notes_on_columns, read_columns
from retrace.readers.shared.csv_files import texts_of_gaps, with_words
from retrace.readers.shared.labels import encode_target, notes_on_classes
from retrace.readers.shared.roles import complete, fixed_part, parsed_times, unique_ids
from retrace.readers.shared.schema import check_schema
from retrace.readers.shared.table_description import Description as Description
from retrace.readers.shared.table_files import find_file, read_file, with_names
from retrace.readers.shared.texts import notes_on, texts_of

MOST_PROBLEMS = 20  # columns that are named below the first

ROLES = ("target", "text", "id", "group", "time", "part")


def read(description: Description, name: str, folder: Path) -> Dataset:
    """Read a table and give its columns their roles.

    Raises
    ------
    DataError
        The file is missing, broken or empty; a named column is missing; an id repeats; the target
        has gaps, a single class, or does not suit the task; a feature is neither a number nor a
        category; no column is left that a model could learn from.
    """
    path = find_file(folder, description.file)
    table, notes = read_file(path, description)
    return dataset_of(table, description, name, path, notes)


def dataset_of(
    table: pd.DataFrame, description: Description, name: str, path: Path, notes: Sequence[str] = ()
) -> Dataset:
    """Give the columns of a table their roles; ``path`` is how an error names it, else as `read`."""
    if table.empty:
        raise DataError(f"{path} has no rows: a model needs some")
    known = {*_named(description).values(), *(description.columns or {})}
    table, left_out = with_names(table, known, path)
    _require_columns(table, description, path)
    notes = (*notes, *left_out, *_schema_notes(table, description, path))
    _take_words_for_what_they_are(table, description, path)
    ids = unique_ids(table, description.id, path)
    where = f"{path}: target '{description.target}'"
    y, classes = encode_target(description.task, table[description.target], where, description.marks)
    roles: dict[str, Any] = {
        "groups": complete(table, description.group, "group", path),
        "times": parsed_times(table, description.time, description.time_format, path),
        "fixed_part": fixed_part(table, description.part, path),
    }
    readings = read_columns(
        table,
        _roles(description),
        "feature" if description.text is None else "left out",
        description.columns or {},
        description.marks,
        own_gaps=description.missing is not None,
    )
    row_hash = _hash_contents(table, description, readings)
    X = _inputs(table, readings, description, path)
    notes += (*notes_on_classes(classes), *notes_on_columns(readings), *_text_notes(X, description))
    facts = tuple(facts_of(reading, str(name), role) for name, (role, reading) in readings.items())
    return Dataset(
        name=name,
        title=description.title,
        task=description.task,
        kind=description.kind,
        X=X,
        y=y,
        classes=classes,
        ids=ids,
        row_hash=row_hash,
        ids_are_positions=description.id is None,
        attributes=_attributes(readings, description.attributes),
        notes=notes,
        columns=facts,
        **roles,
    )


def hash_rows(table: pd.DataFrame) -> NDArray[np.uint64]:
    """Hash each row of a table by its values: equal rows, equal hashes."""
    return pd.util.hash_pandas_object(table, index=False).to_numpy(np.uint64)


def _hash_contents(
    table: pd.DataFrame, description: Description, readings: Readings
) -> NDArray[np.uint64]:
    """Hash what a row holds, but for what names it or says where it goes."""
    apart = {description.id, description.group, description.part}
    apart |= {name for name, (_, reading) in readings.items() if reading.kind in {"identifier", "other"}}
    names = [name for name in table if name not in apart]
    if description.text is not None:
        names = [description.text, description.target]  # all that a model sees
    dropped = set(description.drop or [])
    same = {
        name: (table[name] if name in dropped else spelled_column(table[name])).array for name in names
    }
    try:
        return hash_rows(pd.DataFrame(same, copy=False))
    except TypeError:  # dropped columns of lists, which nobody asked about
        same = {name: column for name, column in same.items() if name not in dropped}
        return hash_rows(pd.DataFrame(same, copy=False))


def _named(description: Description) -> dict[str, str]:
    """Return the columns that the description names, by the key that does."""
    named = {role: getattr(description, role) for role in ROLES}
    for key in ("drop", "attributes"):
        named |= {f"{key}.{i}": column for i, column in enumerate(getattr(description, key) or [])}
    return {key: spelled(column) for key, column in named.items() if column is not None}


def _roles(description: Description) -> dict[str, str]:
    """Return the role of each column that the description names."""
    words = {"attributes": "attribute", "drop": "dropped"}
    keys = {name: key.split(".")[0] for key, name in _named(description).items()}
    return {name: words.get(key, key) for name, key in keys.items()}


def _require_columns(table: pd.DataFrame, description: Description, path: Path) -> None:
    header = table.columns[0]
    if len(table.columns) == 1 and (separators := [mark for mark in ";\t|, " if mark in header]):
        shown = {"\t": '"\\t"', " ": r"'\s+'"}.get(separators[0], f"'{separators[0]}'")
        raise DataError(f"{path} has one column, '{header}': set `separator: {shown}` in its .yaml")
    named = _named(description) | {f"columns.{name}": name for name in description.columns or {}}
    for role, column in named.items():
        if column not in table:
            names = first_few(list(table), 30)
            nameless = "; without a header line, name the columns: `names: [...]`"
            raise DataError(
                f"{path} has no column '{column}' (named as `{role}`)"
                f"{did_you_mean(column, table)}; columns: {names}"
                f"{nameless if any(map(_is_number, table)) else ''}"
            )


def _is_number(name: str) -> bool:
    return re.fullmatch(r"[-+]?\d*\.?\d+(?:e[-+]?\d+)?(?:\.\d+)?", name, re.IGNORECASE) is not None


def _take_words_for_what_they_are(table: pd.DataFrame, description: Description, path: Path) -> None:
    """Say where a class, a group or a part is called NA, which pandas takes for no value; keep texts."""
    if path.suffix == ".parquet" or path.is_dir() or description.missing is not None:
        return
    for role, name in _named(description).items():
        if role == "text" and table[name].dtype.kind == "O" and table[name].isna().any():
            table[name] = with_words(path, description, table[name])
        if role not in {"target", "group", "id", "part"} or not table[name].isna().any():
            continue
        if words := texts_of_gaps(path, description, table[name]):
            raise DataError(
                f"{path}: {role} '{name}' is empty in {table[name].isna().sum()} of {len(table)} rows,"
                f" which hold {first_few([repr(word) for word in words])}: is that a value, set"
                ' `missing: [""]` in its .yaml; if not, fill these rows in or remove them'
            )


def _schema_notes(table: pd.DataFrame, description: Description, path: Path) -> tuple[str, ...]:
    if description.schema is None:
        return ()
    return (check_schema(table, description.schema, str(path), f"{path.parent}.yaml"),)


def _text_notes(X: Any, description: Description) -> tuple[str, ...]:
    return () if description.text is None else notes_on(X, description.text)


def _attributes(readings: Readings, names: list[str] | None) -> pd.DataFrame | None:
    if names is None:
        return None
    return pd.DataFrame({name: spelled_column(readings[spelled(name)][1].column) for name in names})


def _inputs(
    table: pd.DataFrame,
    readings: Readings,
    description: Description,
    path: Path,
) -> Any:
    if description.text is not None:
        return texts_of(table[description.text], path)
    features = {name: reading for name, (role, reading) in readings.items() if role == "feature"}
    if not features:
        raise DataError(f"{path} has no feature column: all are the target, an id or dropped")
    _refuse_problems(features, path)
    # copy=False: a table of millions of rows should not lie in memory twice.
    X = pd.DataFrame({name: _values(reading.column) for name, reading in features.items()}, copy=False)
    if all(_is_free_text(X[column]) for column in X):
        raise DataError(
            f"{path} holds only free text (such as '{X.columns[0]}', {X.iloc[:, 0].nunique()}"
            f" distinct values in {len(X)} rows): a tabular model needs a number or a category"
        )
    return X


def _refuse_problems(features: dict[str, Reading], path: Path) -> None:
    """Name all columns whose owner has to say something: one run for each would cost too much."""
    problems = []
    for name, reading in features.items():
        if reading.problem:
            problems.append(f"column '{name}' {reading.problem}")
        elif reading.column.isna().all():
            problems.append(f"column '{name}' is empty in every row: list it under `drop`")
    if not problems:
        return
    more = len(problems) - 1 - MOST_PROBLEMS
    rest = [f"and {more} more"] if more > 0 else []
    raise DataError(f"{path}: {problems[0]}", details=[*problems[1 : MOST_PROBLEMS + 1], *rest])


def _values(column: pd.Series) -> Any:
    """Return numbers without their index, which takes long to compare ten thousand times."""
    return column if column.dtype.kind == "O" else column.array


def _is_free_text(column: pd.Series) -> bool:
    return column.dtype == object and column.nunique() > len(column) / 2
