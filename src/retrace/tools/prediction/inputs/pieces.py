"""The file of a table, so many rows at a time: a CSV, from standard input too, or a Parquet file."""

import re
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from retrace.core.errors import DataError
from retrace.core.spelling import spelled
from retrace.readers.shared.csv_files import first_line, options_of, text_columns
from retrace.readers.shared.foreign_files import refuse_foreign
from retrace.readers.shared.parquet_files import frame_of
from retrace.readers.shared.table_description import Description
from retrace.tools.prediction.inputs import STDIN, Problem

Piece = tuple[list[str], pd.DataFrame, list[Problem]]  # all column names, the rows, lines that are none

Choose = Callable[[list[str]], list[str]]

BUFFER = 2**20

BAD_LINE = re.compile(r"Skipping line (\d+): (.+)")


def csv_pieces(
    where: str, description: Description, rows: int, choose: Choose, *, texts: list[str], skip: bool
) -> Iterator[Piece]:
    """Yield a CSV so many rows at a time.

    Parameters
    ----------
    where : str
        A path, or ``-``.
    description : Description
        How it is written.
    choose : callable
        Takes the names of all columns, returns those to keep, or refuses the table.
    texts : list of str
        Columns that are no numbers, whatever their cells look like.
    skip : bool
        Whether lines with too many fields are named instead of refused.

    Raises
    ------
    DataError
        The file is missing or broken.
    """
    try:
        if Path(where).is_file():
            refuse_foreign(Path(where), description.encoding)
        options, header = _options(where, description, texts)
        reader = pd.read_csv(
            sys.stdin.buffer if where == STDIN else where,
            **options,
            dtype=text_columns(header, texts),
            chunksize=rows,
            low_memory=False,
            on_bad_lines="warn" if skip else "error",
        )
        with reader:
            while True:
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    table = next(reader, None)
                if table is None:
                    return
                table.columns = pd.Index([spelled(str(name)) for name in table])
                names = list(table)
                yield names, table[choose(names)], _bad_lines(caught, where)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeError, ValueError, OSError) as error:
        raise DataError(_broken(where, error, description)) from error


def parquet_pieces(where: str, description: Description, rows: int, choose: Choose) -> Iterator[Piece]:
    """Yield a Parquet file so many rows at a time; see `csv_pieces`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # A group of rows at a time, through a small buffer: else all of the file is soon in memory.
        with pq.ParquetFile(where, buffer_size=BUFFER) as file:
            names = file.schema_arrow.names
            wanted = choose(names)
            for group in range(file.num_row_groups):
                for batch in file.iter_batches(rows, row_groups=[group], columns=wanted):
                    yield names, _frame(batch.select(wanted), description.missing), []
    except FileNotFoundError as error:
        raise DataError(_broken(where, error, description)) from error
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{where} is not a readable Parquet file: {error}") from error


def _frame(batch: Any, missing: list[Any] | None) -> pd.DataFrame:
    import pyarrow as pa

    if missing is None and all(map(pa.types.is_float64, batch.schema.types)):
        return batch.to_pandas()  # one block, in a fifth of the time
    return frame_of(batch.schema.names, pa.Table.from_batches([batch]).columns, missing)


def _options(where: str, description: Description, texts: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Return how pandas reads a CSV, and its header; of what can be read but once, the texts in it."""
    options = options_of(description)
    if where.endswith(".tsv"):
        options["sep"] = "\t"
    if not Path(where).is_file():
        if description.names is not None:
            raise DataError("a table without a header line cannot come from -: name a file")
        return options, texts
    header = first_line(Path(where), options)
    if description.names is not None:
        header = options["names"] = _names(where, description, len(header))
    return options, header


def _names(where: str, description: Description, n_fields: int) -> list[str]:
    """Name the columns of a file without a header line; the target is what new rows may lack."""
    names = description.names or []
    unlabelled = [name for name in names if name != description.target]
    for choice in (names, unlabelled):
        if len(choice) == n_fields:
            return choice
    raise DataError(
        f"{where}: line 1 has {n_fields} fields, should have the {len(names)} that `names` lists, or all"
        f" but the target ({len(unlabelled)})"
    )


def _bad_lines(caught: list[warnings.WarningMessage], where: str) -> list[Problem]:
    problems = []
    for warning in caught:
        text = str(warning.message)
        if not (lines := BAD_LINE.findall(text)) and issubclass(
            warning.category, pd.errors.ParserWarning
        ):
            raise DataError(
                f"{where}: its lines have more fields than its header: {' '.join(text.split())}"
            )
        problems += [Problem(f"line {number}", why) for number, why in lines]
    return problems


def _broken(where: str, error: Exception, description: Description) -> str:
    message = " ".join(str(error).split())
    if isinstance(error, pd.errors.EmptyDataError):
        return f"{where} is empty: it should hold a header line and rows"
    if isinstance(error, FileNotFoundError):
        return f"{where} is not there: name a file, a folder, or - for standard input"
    if isinstance(error, UnicodeError):
        return f"{where} is not {description.encoding} text ({message}): save it so"
    if fields := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message):
        wanted, line, got = fields.groups()
        return (
            f"{where}: line {line} has {got} fields, should have {wanted}: mend it, or leave such lines"
            " out with --on-error skip"
        )
    return f"{where} is not a readable CSV file (separator {description.separator!r}): {message}"
