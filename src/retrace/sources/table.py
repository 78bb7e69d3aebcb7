"""A CSV or Parquet file: one row per sample, one column per feature."""

import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import model_validator

from retrace.errors import DataError, did_you_mean
from retrace.records import PARTS, Dataset
from retrace.sources.description import CommonDescription, described
from retrace.sources.labels import encode_labels
from retrace.sources.text_column import notes_on, texts_of


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
        has gaps or a single class; no column is left that a model could learn from.
    """
    path = _inside(folder, description.file)
    table = _read_file(path, description)
    if table.empty:
        raise DataError(f"{path} has no rows: a model needs some")
    _require_columns(table, description, path)
    ids = _unique_ids(table, description, path)
    y, classes = encode_labels(table[description.target], f"{path}: target '{description.target}'")
    roles: dict[str, Any] = {
        "groups": _complete(table, description.group, "group", path),
        "times": _times(table, description, path),
        "fixed_part": _fixed_part(table, description.part, path),
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
        notes=() if description.text is None else notes_on(X, description.text),
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
    named |= {f"drop.{i}": column for i, column in enumerate(description.drop or [])}
    for role, column in named.items():
        if column is not None and column not in table:
            raise DataError(
                f"{path} has no column '{column}' (named as `{role}`)"
                f"{did_you_mean(column, map(str, table))}; columns: {', '.join(map(str, table))}"
            )


def _unique_ids(table: pd.DataFrame, description: Description, path: Path) -> NDArray[np.generic]:
    if description.id is None:
        return np.arange(len(table))
    ids = _complete(table, description.id, "id", path)
    repeated = table[description.id].duplicated()
    if ids is None or repeated.any():
        raise DataError(
            f"{path}: id '{description.id}' repeats in {repeated.sum()} rows (first:"
            f" '{table[description.id][repeated].iloc[0]}'): an id should name one row"
        )
    return ids


def _complete(
    table: pd.DataFrame, column: str | None, role: str, path: Path
) -> NDArray[np.generic] | None:
    if column is None:
        return None
    missing = table[column].isna()
    if missing.any():
        raise DataError(
            f"{path}: {role} '{column}' is empty in {missing.sum()} rows"
            f" (first: row {missing.argmax() + 1}): fill it in or remove the rows"
        )
    return _plain(table[column]).to_numpy()


def _times(table: pd.DataFrame, description: Description, path: Path) -> NDArray[np.generic] | None:
    column = description.time
    if _complete(table, column, "time", path) is None:
        return None
    if pd.api.types.is_numeric_dtype(table[column].dtype):
        return table[column].to_numpy()
    try:
        times = pd.to_datetime(table[column], utc=True, format=description.time_format or "ISO8601")
    except ValueError as error:
        form = f"as `time_format: '{description.time_format}'` says" if description.time_format else ""
        raise DataError(
            f"{path}: time '{column}' is not a date {form or 'such as 2024-01-31'} in every row"
            f" (first: '{table[column].iloc[0]}'): set `time_format:`, as in '%d/%m/%Y'"
        ) from error
    return times.dt.tz_localize(None).to_numpy()


def _fixed_part(table: pd.DataFrame, column: str | None, path: Path) -> NDArray[np.generic] | None:
    part = _complete(table, column, "part", path)
    if part is not None and (unknown := sorted(set(map(str, part)) - set(PARTS))):
        raise DataError(
            f"{path}: part '{column}' holds '{unknown[0]}'{did_you_mean(unknown[0], PARTS)};"
            f" allowed: {', '.join(PARTS)}"
        )
    return part


def _inputs(table: pd.DataFrame, description: Description, path: Path) -> Any:
    if description.text is not None:
        return texts_of(table[description.text], path)
    return _features(table, description, path)


def _features(table: pd.DataFrame, description: Description, path: Path) -> pd.DataFrame:
    roles = {description.target, description.id, description.group, description.time}
    not_features = roles | {description.part} | set(description.drop or [])
    X = table[[column for column in table if column not in not_features]]
    if X.columns.empty:
        raise DataError(f"{path} has no feature column: all are the target, an id or dropped")
    # copy=False: a table of millions of rows should not lie in memory twice.
    X = pd.DataFrame({str(column): _plain(values) for column, values in X.items()}, copy=False)
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


def _plain(column: pd.Series) -> pd.Series:
    """Return NumPy numbers, or objects for text: what scikit-learn and a stable pickle know best."""
    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype) and not column.hasnans:
        return column.astype(np.uint8)
    if pd.api.types.is_numeric_dtype(dtype):
        return column if isinstance(dtype, np.dtype) else column.astype(np.float64)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return column
    return column.astype(object)
