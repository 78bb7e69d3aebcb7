"""A CSV file in, a DataFrame out: nothing that stands in it is lost or shifted without a word."""

import gzip
import re
import warnings
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from retrace.core.errors import DataError
from retrace.core.spelling import spelled
from retrace.readers.shared.csv_bytes import count_signs, short_lines

COMPRESSED = {".gz", ".bz2", ".xz", ".zip", ".zst"}

LOOKED_AT = 2**16  # bytes of a file in which something went wrong

BLANKS = r"\s+"  # the one separator that is a pattern: any white space

LARGEST_EXACT = 2.0**53  # whole numbers above it are no longer exact as floats


class Format(Protocol):
    """The keys of a description that say how a CSV is written."""

    separator: str
    decimal: str
    thousands: str | None
    escape: str | None
    quote: str
    encoding: str
    missing: list[Any] | None
    names: list[str] | None

    @property
    def texts(self) -> set[str]:
        """The columns whose cells are taken as they are written."""


def read_csv(path: Path, form: Format) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read a CSV; digits with leading zeros, and whole numbers too large for a float, stay text.

    Returns
    -------
    table : DataFrame
    notes : tuple of str
        What was odd about its rows.

    Raises
    ------
    DataError
        Rows have more fields than the header, columns share a name, quotes swallow rows, or the last
        line breaks off.
    """
    options = options_of(form)
    header = _check_header(path, form, options)
    table = _parsed(path, options | {"dtype": text_columns(header, form.texts)})
    _refuse_swallowed_rows(table, path, form)
    read_as_text = {name for name in table if spelled(str(name)) in form.texts}
    exact = [name for name in table if name not in read_as_text and _may_have_lost_digits(table[name])]
    signs = None if path.suffix in COMPRESSED else count_signs(path, form.separator, form.encoding)
    if exact and (
        signs is None or signs.leading_zeros or any(map(_is_huge, (table[name] for name in exact)))
    ):
        _keep_digits(table, exact, path, options)
    n_lines = len(table) + (form.names is None)
    short = signs is not None and signs.fewer_than(n_lines * (len(table.columns) - 1))
    return table, short_lines(path, form.separator, len(table.columns)) if short else ()


def options_of(form: Format) -> dict[str, Any]:
    """Return what `pandas.read_csv` is told of a CSV, whoever reads it."""
    options = {
        "sep": form.separator,
        "decimal": form.decimal,
        "thousands": form.thousands,
        "encoding": form.encoding,
        # An empty cell is a gap, whatever else is.
        "na_values": None if form.missing is None else [*map(str, form.missing), ""],
        "keep_default_na": form.missing is None,
        "index_col": False,
    }
    if len(form.separator) > 1 and form.separator != BLANKS:
        options |= {"sep": re.escape(form.separator), "engine": "python"}
    if form.escape is not None:
        options["escapechar"] = form.escape
    if form.names is not None:
        options |= {"header": None, "names": form.names}
    return options | ({"quoting": 3} if form.quote == "none" else {"quotechar": form.quote})


def _parsed(path: Path, options: dict[str, Any]) -> pd.DataFrame:
    with warnings.catch_warnings():
        # pandas only warns when lines have more fields than the header, and cuts them off.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        warnings.simplefilter("error", pd.errors.DtypeWarning)
        try:
            return pd.read_csv(path, **options)
        except pd.errors.DtypeWarning:
            # Read in blocks, a third of the memory, a column may get two types: then read it whole.
            return pd.read_csv(path, **options, low_memory=False)
        except pd.errors.ParserWarning:
            raise DataError(_longer_lines(path, options)) from None


def _longer_lines(path: Path, options: dict[str, Any]) -> str:
    """Say what makes lines longer than the header: a title above it, or separators inside of fields."""
    fields = first_line(path, options)
    shown = ", ".join(map(repr, fields[:5]))
    longer = f"{path}: line 1 has {len(fields)} fields ({shown}), lines below it have more"
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        some = file.read(LOOKED_AT)
    if b'\\"' in some and options.get("escapechar") is None:
        return f"{longer}: quotes stand behind a backslash; set `escape: \\`"
    separator = re.escape(options["sep"].encode())
    if re.search(rb"(?m)(?:^|" + separator + rb")'[^'\n]*" + separator + rb"[^'\n]*'", some):
        return f'{longer}: fields stand in single quotes; set `quote: "\'"`'
    return (
        f"{longer}: it should be the header; remove what stands above the header, or mend the lines with"
        " too many separators"
    )


def text_columns(header: Iterable[str], texts: Collection[str]) -> dict[str, type[str]]:
    """Return what `pandas.read_csv` is told of columns that are texts, by the names in the header."""
    return {name: str for name in header if spelled(str(name)) in texts}


def first_line(path: Path, options: dict[str, Any]) -> list[str]:
    """Return the fields of the first line, whatever they are."""
    head = options | {"header": None, "names": None, "dtype": str, "nrows": 1, "index_col": None}
    head |= {"na_values": None, "keep_default_na": False, "thousands": None}
    return pd.read_csv(path, **head).iloc[0].tolist()


def _check_header(path: Path, form: Format, options: dict[str, Any]) -> list[str]:
    """Return the names of the columns as the file, or the description, has them."""
    header = first_line(path, options)
    fields = [field.strip() for field in header]
    if fields[0].lower().startswith("sep="):
        raise DataError(f"{path}: line 1 is Excel's '{fields[0]}': remove that line")
    if form.quote != "'" and all(re.fullmatch("'.+'", field) for field in fields):
        raise DataError(f'{path}: its fields stand in single quotes: set `quote: "\'"` in its .yaml')
    if form.names is not None:
        if len(fields) != len(form.names):
            raise DataError(
                f"{path.parent}.yaml: names: got {len(form.names)} names, but line 1 of {path} has"
                f" {len(fields)} fields: name each"
            )
        header = fields = form.names
    if repeated := [field for field in fields if field and fields.count(field) > 1][:1]:
        raise DataError(
            f"{path}: column '{repeated[0]}' occurs {fields.count(repeated[0])} times: rename or remove"
            " all but one in its header line"
        )
    return header


def _refuse_swallowed_rows(table: pd.DataFrame, path: Path, form: Format) -> None:
    """Find cells that hold whole rows: one stray quote pairs with the next, however far away."""
    fewest = 5 if len(table.columns) == 2 else 2  # two columns: sentences with a comma look like rows
    for name in table.columns[[isinstance(dtype, pd.StringDtype) for dtype in table.dtypes]]:
        for row in np.flatnonzero(table[name].str.contains("\n", regex=False).fillna(False)):
            inner = table[name].iloc[row].split("\n")[1:-1]
            like_rows = sum(line.count(form.separator) == len(table.columns) - 1 for line in inner)
            if like_rows >= fewest and like_rows >= 0.9 * len(inner):
                raise DataError(
                    f"{path}: the cell of row {row + 1} in column '{name}' holds {len(inner) + 1} line"
                    f" breaks and whole rows: a stray quote ({form.quote}) swallowed them; remove it, or"
                    " set `quote: none` where quotes are letters like any other"
                )


def _may_have_lost_digits(column: pd.Series) -> bool:
    if column.dtype.kind in "iuO":
        return True
    if column.dtype.kind != "f":
        return False
    # A few first: a column of measurements is told at once.
    return _are_whole(column.iloc[:1000]) and _are_whole(column) and bool(column.notna().any())


def _are_whole(column: pd.Series) -> bool:
    values = column.to_numpy()
    with np.errstate(invalid="ignore"):  # infinity is not whole
        return bool((np.isnan(values) | (values % 1 == 0)).all())


def _is_huge(column: pd.Series) -> bool:
    """Tell whether whole numbers are beyond what a float, or an integer of 64 bits, holds exactly."""
    if column.dtype.kind == "f":
        return bool((column.abs() >= LARGEST_EXACT).any())
    return column.dtype.kind == "O" and pd.api.types.infer_dtype(column) == "integer"


def _keep_digits(table: pd.DataFrame, names: list[str], path: Path, options: dict[str, Any]) -> None:
    texts = pd.read_csv(path, **options | {"usecols": names, "dtype": str, "thousands": None})
    for name in names:
        if _is_huge(table[name]) or texts[name].str.fullmatch(r"\s*[-+]?0\d+\s*").any():
            table[name] = texts[name]


def texts_of_gaps(path: Path, form: Format, column: pd.Series) -> list[str]:
    """Return the words that stand in the file where a column has gaps."""
    return [word for word in _gaps_as_written(path, form, column).unique() if word.strip()]


def with_words(path: Path, form: Format, column: pd.Series) -> pd.Series:
    """Return a column of texts in which NA is a text like any other, as no word is a gap of a text."""
    filled = column.astype(object)
    filled[column.isna()] = _gaps_as_written(path, form, column)
    return filled


def _gaps_as_written(path: Path, form: Format, column: pd.Series) -> pd.Series:
    options = options_of(form) | {"na_values": None, "keep_default_na": False, "thousands": None}
    texts = pd.read_csv(path, **options | {"dtype": str})
    texts.columns = pd.Index([spelled(str(name)) for name in texts])
    return texts[column.name][column.isna().to_numpy()].fillna("")
