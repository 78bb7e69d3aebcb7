"""The file of a table: where it is, how it is opened, what its columns are called."""

import lzma
import re
import zipfile
import zlib
from pathlib import Path

import pandas as pd

from retrace.core.errors import DataError, did_you_mean, first_few
from retrace.core.spelling import spelled
from retrace.readers.shared.cells import counts_rows
from retrace.readers.shared.csv_files import Format, read_csv
from retrace.readers.shared.foreign_files import refuse_foreign
from retrace.readers.shared.links import refuse_a_link_out
from retrace.readers.shared.parquet_files import read_parquet

# What pandas and pyarrow call a column that has no name.
NAMELESS = re.compile(r"Unnamed: \d+|__index_level_\d+__|")


def find_file(folder: Path, file: str) -> Path:
    """Return the path of a file, or a folder of files, that must lie inside a folder."""
    path = folder / file
    if folder not in path.parents or ".." in path.relative_to(folder).parts:
        raise DataError(
            f"{folder}.yaml: file: got '{file}', should lie in {folder}/: DVC would not see it change"
        )
    for each in [path, *path.rglob("*")]:
        refuse_a_link_out(each, folder)
    return path


def read_file(path: Path, form: Format) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read a CSV or Parquet file, by its name, or a folder of Parquet files.

    Returns
    -------
    table : DataFrame
    notes : tuple of str
        What was odd about its rows.

    Raises
    ------
    DataError
        It is not there, not what its name says, or damaged.
    """
    if not path.exists():
        raise DataError(_where_to_get(path))
    _require_a_file(path)
    try:
        if path.is_file():
            refuse_foreign(path, form.encoding)
        if path.suffix == ".parquet" or path.is_dir():
            return read_parquet(path, form.missing), ()
        return read_csv(path, form)
    except pd.errors.EmptyDataError:
        raise DataError(f"{path} is empty: it should hold a header line and rows") from None
    except (UnicodeError, LookupError) as error:
        raise DataError(
            f"{path} is not {form.encoding} text ({error}): set `encoding:` in its .yaml, such as cp1252"
        ) from error
    except (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is damaged or cut off ({error}): bring the file again") from error
    except (pd.errors.ParserError, ValueError, OSError, TypeError, RuntimeError) as error:
        if isinstance(error, PermissionError):
            raise DataError(f"{path} cannot be read: {error.strerror}: mend its rights") from error
        raise DataError(
            f"{path} is not a readable {path.suffix[1:]} file (separator '{form.separator}'): {error}"
        ) from error


def _require_a_file(path: Path) -> None:
    """Refuse what is read for ever, and a folder of other files than Parquet."""
    if not path.is_dir():
        if not path.is_file():
            raise DataError(f"{path} is no file but a pipe, a socket or a device: bring the file itself")
        return
    if not any(each.suffix == ".parquet" for each in path.rglob("*")):
        there = first_few(sorted(each.name for each in path.iterdir()) or ["nothing"])
        raise DataError(
            f"{path} is a folder without Parquet files ({there}): name a file, or join the files in one"
        )


def with_names(table: pd.DataFrame, known: set[str], path: Path) -> tuple[pd.DataFrame, list[str]]:
    """Leave out nameless columns that hold nothing, or the numbers of the rows; refuse others.

    Parameters
    ----------
    table : DataFrame
        As the file gave it; its columns are renamed in place where names have white space around them.
    known : set of str
        Columns that the description names: those it has looked at.
    path : Path
        How an error names the file.
    """
    table.columns = pd.Index([spelled(str(name)) for name in table])
    if repeated := table.columns[table.columns.duplicated()].tolist():
        raise DataError(f"{path}: column '{repeated[0]}' occurs more than once: rename or remove one")
    notes = []
    for position, name in enumerate(table.columns):
        if not NAMELESS.fullmatch(name) or name in known:
            continue
        counts = counts_rows(table[name])
        if not counts and table[name].notna().any():
            raise DataError(
                f"{path}: column {position + 1} has no name: name it in the file, or list '{name}' under"
                " `drop`"
            )
        what = "numbers the rows" if counts else "is empty"
        notes.append(f"Column {position + 1} has no name and {what}: it was left out.")
        table = table.drop(columns=name)
    return table, notes


def _where_to_get(path: Path) -> str:
    files = sorted(file.name for file in path.parent.iterdir()) if path.parent.is_dir() else []
    if files:
        return f"{path} is not here{did_you_mean(path.name, files)}; there are: {', '.join(files)}"
    tracked = path.parent.with_name(f"{path.parent.name}.dvc")
    if tracked.is_file():
        return f"{path} is not here, but DVC knows it ({tracked}): run `dvc pull {path.parent}`"
    return f"{path} is not here: put the file there and run `dvc add {path.parent}`"
