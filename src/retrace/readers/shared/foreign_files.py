"""Files that are not what their name says, told by their first bytes."""

import zipfile
from pathlib import Path

from retrace.core.errors import DataError, first_few

EXCEL = "an Excel workbook: save the sheet as CSV, or as Parquet"

# How a file begins, the endings that it may have, what it is and what helps.
BEGINNINGS: tuple[tuple[bytes, tuple[str, ...], str], ...] = (
    (b"PAR1", (".parquet",), "a Parquet file: let its name end in .parquet"),
    (b"\x1f\x8b", (".gz", ".tgz"), "compressed with gzip: let its name end in .gz"),
    (b"BZh", (".bz2",), "compressed with bzip2: let its name end in .bz2"),
    (b"\xfd7zXZ", (".xz",), "compressed with xz: let its name end in .xz"),
    (b"\x28\xb5\x2f\xfd", (".zst",), "compressed with zstd: let its name end in .zst"),
    (b"PK\x03\x04", (".zip",), "a zip archive: unpack it, or let its name end in .zip"),
    (b"\xd0\xcf\x11\xe0", (), EXCEL),
    (b"SQLite format 3", (), "an SQLite database: export the table as CSV or Parquet"),
    (b"\x89HDF", (), "an HDF5 file: save the table as CSV or Parquet"),
    (b"ARROW1", (), "a Feather file: save the table as Parquet"),
    (b"%PDF", (), "a PDF: export the table as CSV"),
    (b"{\\rtf", (), "a document of a word processor: save the table as plain CSV"),
    (b"version https://git-lfs", (), "a pointer of Git LFS, not the data: run `git lfs pull`"),
    (b"outs:\n- md5", (), "a pointer of DVC, not the data: run `dvc pull`"),
    (b"<!doctype html", (), "a web page: the download brought a page instead of the file"),
    (b"<html", (), "a web page: the download brought a page instead of the file"),
    (b"@relation", (), "an ARFF file: save the table as CSV or Parquet"),
    (b'{"', (), "JSON: save the table as CSV or Parquet"),
    (b"[{", (), "JSON: save the table as CSV or Parquet"),
    (b"\x93NUMPY", (), "an array of NumPy: save it as CSV or Parquet, with names of its columns"),
    (b"\x80\x04\x95", (), "a pickle: save the table as CSV or Parquet"),
    (b"\x80\x05\x95", (), "a pickle: save the table as CSV or Parquet"),
    (b"RDX", (), "a file of R: save the table as CSV or Parquet"),
    (b"$FL2@(#)", (), "a file of SPSS: save the table as CSV or Parquet"),
    (b"<stata_dta>", (), "a file of Stata: save the table as CSV or Parquet"),
    (b"MATLAB 5.0", (), "a file of MATLAB: save the table as CSV or Parquet"),
    (b"7z\xbc\xaf", (), "a 7z archive: unpack it"),
    (b"Rar!", (), "a RAR archive: unpack it"),
    (b"<?xml", (), "XML: export the table as CSV or Parquet"),
)

UTF_16_OR_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def refuse_foreign(path: Path, encoding: str) -> None:
    """Raise a DataError where the file begins as one of another kind does."""
    with path.open("rb") as file:
        head = file.read(64)
    for beginning, endings, what in BEGINNINGS:
        # Letters of any case only where people write them: a column may be called par1.
        start = head.lower() if beginning[:1] in b"<@" else head
        if start.startswith(beginning) and path.suffix not in endings:
            raise DataError(f"{path} is {_or_a_workbook(path, what)}")
    if path.suffix == ".zip":
        _refuse_an_archive_of_many(path)
    if path.suffix == ".parquet" and not head.startswith(b"PAR1"):
        raise DataError(f"{path} is not a readable parquet file: it begins with {head[:12]!r}, not PAR1")
    if head.startswith(UTF_16_OR_32) and encoding == "utf-8" and path.suffix != ".parquet":
        kind = "utf-32" if b"\0\0" in head[:4] else "utf-16"
        raise DataError(f"{path} is {kind.upper()} text: set `encoding: {kind}` in its .yaml")


def _refuse_an_archive_of_many(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
    if len(names) != 1:
        shown = f" ({first_few(names)})" if names else ""
        raise DataError(
            f"{path} holds {len(names)} files{shown}, should hold the table alone: unpack it"
        )


def _or_a_workbook(path: Path, what: str) -> str:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        if any(name.startswith("xl/") for name in names):
            return EXCEL
        if "mimetype" in names:
            return "a spreadsheet of OpenOffice: save the sheet as CSV"
    return what
