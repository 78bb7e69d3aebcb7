"""A CSV or Parquet file: one row per sample, one column per feature."""

import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import model_validator

from retrace.core.errors import DataError, did_you_mean
from retrace.core.records import Dataset
from retrace.readers.shared.description import CommonDescription, described
from retrace.readers.shared.labels import encode_target
from retrace.readers.shared.roles import complete, fixed_part, parsed_times, plain, unique_ids
from retrace.readers.shared.schema import Schema, check_schema
from retrace.readers.shared.texts import notes_on, texts_of


@described
class Description(CommonDescription):
    """A table and the roles of its columns; every column without a role is a feature."""

    reader: Literal["table"]
    kind: Literal["tabular", "text"]
    file: str
    target: str
    text: str | None = None
    id: str | None = None
    drop: list[str] | None = None
    group: str | None = None
    time: str | None = None
    time_format: str | None = None
    part: str | None = None
    attributes: list[str] | None = None
    schema: Schema | None = None
    missing: list[str] | None = None
    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"

    @model_validator(mode="after")
    def _text_names_the_texts(self) -> "Description":
        if (self.kind == "text") != (self.text is not None):
            raise ValueError("`kind: text` and `text:` (the column of texts) go together")
        return self


def read(description: Description, name: str, folder: Path) -> Dataset:
    """Read a table and give its columns their roles.

    Raises
    ------
    DataError
        The file is missing, broken or empty; a named column is missing; an id repeats; the target
        has gaps, a single class, or does not suit the task; no column is left that a model could
        learn from.
    """
    path = _inside(folder, description.file)
    table = _read_file(path, description)
    if table.empty:
        raise DataError(f"{path} has no rows: a model needs some")
    _require_columns(table, description, path)
    notes = _schema_notes(table, description, path)
    ids = unique_ids(table, description.id, path)
    where = f"{path}: target '{description.target}'"
    y, classes = encode_target(description.task, table[description.target], where)
    roles: dict[str, Any] = {
        "groups": complete(table, description.group, "group", path),
        "times": parsed_times(table, description.time, description.time_format, path),
        "fixed_part": fixed_part(table, description.part, path),
    }
    row_hash = _hash_contents(table, description, path)
    X = _inputs(table, description, path)
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
        attributes=_attributes(table, description),
        notes=notes if description.text is None else (*notes, *notes_on(X, description.text)),
        **roles,
    )


def hash_rows(table: pd.DataFrame) -> NDArray[np.uint64]:
    """Hash each row of a table by its values: equal rows, equal hashes."""
    return pd.util.hash_pandas_object(table, index=False).to_numpy(np.uint64)


def _read_file(path: Path, description: Description) -> pd.DataFrame:
    if not path.is_file():
        raise DataError(_where_to_get(path))
    try:
        return pd.read_parquet(path) if path.suffix == ".parquet" else _read_csv(path, description)
    except pd.errors.EmptyDataError:
        raise DataError(f"{path} is empty: it should hold a header line and rows") from None
    except (UnicodeDecodeError, LookupError) as error:
        raise DataError(
            f"{path} is not {description.encoding} text ({error}): set `encoding:` in its .yaml"
        ) from error
    except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError, OSError) as error:
        raise DataError(
            f"{path} is not a readable {path.suffix[1:]} file"
            f" (separator '{description.separator}'): {error}"
        ) from error


def _read_csv(path: Path, description: Description) -> pd.DataFrame:
    options = {
        "sep": description.separator,
        "decimal": description.decimal,
        "encoding": description.encoding,
        "na_values": description.missing,
        "keep_default_na": description.missing is None,
        "index_col": False,
    }
    with warnings.catch_warnings():
        # pandas only warns when lines have more fields than the header, and cuts them off.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        warnings.simplefilter("error", pd.errors.DtypeWarning)
        try:
            return pd.read_csv(path, **options)
        except pd.errors.DtypeWarning:
            # Read in blocks, a third of the memory, a column may get two types: then read it whole.
            return pd.read_csv(path, **options, low_memory=False)


def _inside(folder: Path, file: str) -> Path:
    if folder.resolve() not in (folder / file).resolve().parents:
        raise DataError(
            f"{folder}.yaml: file: got '{file}', should lie in {folder}/: DVC would not see it change"
        )
    return folder / file


def _hash_contents(table: pd.DataFrame, description: Description, path: Path) -> NDArray[np.uint64]:
    names = [description.id, description.group, description.part]
    contents = table.drop(columns=[name for name in names if name is not None])
    if description.text is not None:
        contents = table[[description.text, description.target]]  # all that a model sees
    try:
        return hash_rows(contents)
    except TypeError as error:
        raise DataError(f"{path} holds values that are no numbers or text: {error}") from error


def _where_to_get(path: Path) -> str:
    there = sorted(file.name for file in path.parent.iterdir()) if path.parent.is_dir() else []
    if there:
        return f"{path} is not here{did_you_mean(path.name, there)}; there are: {', '.join(there)}"
    tracked = path.parent.with_name(f"{path.parent.name}.dvc")
    if tracked.is_file():
        return f"{path} is not here, but DVC knows it ({tracked}): run `dvc pull {path.parent}`"
    return f"{path} is not here: put the file there and run `dvc add {path.parent}`"


def _require_columns(table: pd.DataFrame, description: Description, path: Path) -> None:
    roles = ("target", "text", "id", "group", "time", "part")
    header = str(table.columns[0])
    if len(table.columns) == 1 and (found := [mark for mark in ";\t|" if mark in header]):
        raise DataError(f"{path} has one column, '{header}': set `separator: {found[0]!r}` in its .yaml")
    named = {role: getattr(description, role) for role in roles}
    for key in ("drop", "attributes"):
        named |= {f"{key}.{i}": column for i, column in enumerate(getattr(description, key) or [])}
    for role, column in named.items():
        if column is not None and column not in table:
            raise DataError(
                f"{path} has no column '{column}' (named as `{role}`)"
                f"{did_you_mean(column, map(str, table))}; columns: {', '.join(map(str, table))}"
            )


def _schema_notes(table: pd.DataFrame, description: Description, path: Path) -> tuple[str, ...]:
    if description.schema is None:
        return ()
    return (check_schema(table, description.schema, str(path), f"{path.parent}.yaml"),)


def _attributes(table: pd.DataFrame, description: Description) -> pd.DataFrame | None:
    if description.attributes is None:
        return None
    return pd.DataFrame({name: plain(table[name]) for name in description.attributes})


def _inputs(table: pd.DataFrame, description: Description, path: Path) -> Any:
    if description.text is not None:
        return texts_of(table[description.text], path)
    return _features(table, description, path)


def _features(table: pd.DataFrame, description: Description, path: Path) -> pd.DataFrame:
    roles = {description.target, description.id, description.group, description.time}
    not_features = roles | {description.part} | {*(description.drop or [])}
    not_features |= {*(description.attributes or [])}
    X = table[[column for column in table if column not in not_features]]
    if X.columns.empty:
        raise DataError(f"{path} has no feature column: all are the target, an id or dropped")
    # copy=False: a table of millions of rows should not lie in memory twice.
    X = pd.DataFrame({str(column): plain(values) for column, values in X.items()}, copy=False)
    dates = X.select_dtypes(["datetime", "datetimetz", "timedelta"]).columns
    if len(dates):
        raise DataError(
            f"{path}: column '{dates[0]}' is a date: name it as `time`, list it under `drop`,"
            " or turn it into numbers"
        )
    empty = [column for column in X if X[column].isna().all()]
    if empty:
        raise DataError(f"{path}: column '{empty[0]}' is empty in every row: list it under `drop`")
    if all(_is_free_text(X[column]) for column in X):
        raise DataError(
            f"{path} holds only free text (such as '{X.columns[0]}', {X.iloc[:, 0].nunique()}"
            f" distinct values in {len(X)} rows): a tabular model needs a number or a category"
        )
    return X


def _is_free_text(column: pd.Series) -> bool:
    return column.dtype == object and column.nunique() > len(column) / 2
