"""Texts in, a Dataset out: what a folder, an archive and a column of a table have in common."""

import codecs
import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import AfterValidator

from retrace.core.errors import DataError, first_few
from retrace.core.records import Dataset
from retrace.readers.shared.description import CommonDescription, described
from retrace.readers.shared.labels import encode_labels

BYTE_ORDER_MARKS = {  # the longer first: that of UTF-32 begins with that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

NO_TEXTS = (b"%PDF", b"{\\rtf", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff")

UNICODE = {"utf-8", *BYTE_ORDER_MARKS.values()}


def _known(encoding: str) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise ValueError(
            f"got '{encoding}', which Python does not know; known are utf-8, latin-1, cp1252, ..."
        ) from None
    return encoding


Encoding = Annotated[str, AfterValidator(_known)]


@described
class TextsDescription(CommonDescription):
    """The keys that all sources of text files share."""

    task: Literal["classification"]
    kind: Literal["text"]
    encoding: Encoding | None = None
    fallback_encoding: Encoding = "latin-1"


class TextFile(NamedTuple):
    """A file: its path as an id, its part where the dataset fixes parts, its class and its bytes."""

    path: str
    part: str | None
    label: str
    content: bytes


def to_dataset(
    files: Sequence[TextFile],
    description: TextsDescription,
    name: str,
    where: str,
    notes: Sequence[str] = (),
) -> Dataset:
    """Decode files and give each class its code.

    Parameters
    ----------
    files : sequence of TextFile
        Either all have a part or none has.
    description : TextsDescription
        What data/<name>.yaml says.
    name, where : str
        The name of the dataset, and how an error names its files.
    notes : sequence of str
        What the report should say besides.

    Returns
    -------
    Dataset
        Its rows are sorted by path, so that they have one order on every system.

    Raises
    ------
    DataError
        A file is no text in the declared encoding, or there is only one class.
    """
    files = sorted(files)
    texts, how = decode(files, description, where)
    y, classes = encode_labels(pd.Series([file.label for file in files], dtype=object), where)
    parts = [file.part for file in files]
    return Dataset(
        name=name,
        title=description.title,
        task=description.task,
        kind=description.kind,
        X=np.array(texts, dtype=object),
        y=y,
        classes=classes,
        ids=np.array([file.path for file in files], dtype=object),
        row_hash=np.array([hash_text(file.content, file.label) for file in files], dtype=np.uint64),
        fixed_part=None if None in parts else np.array(parts, dtype=object),
        notes=(*notes, *how),
    )


def hash_text(content: bytes, label: str) -> int:
    """Hash the bytes of a text and its label: equal for exact duplicates."""
    name = label.encode()
    head = len(name).to_bytes(4, "big") + name
    return int.from_bytes(hashlib.blake2b(head + content, digest_size=8).digest(), "big")


def decode(
    files: Sequence[TextFile], description: TextsDescription, where: str
) -> tuple[list[str], list[str]]:
    """Turn bytes into texts, in the declared encoding or in the first that fits.

    Where none is declared, a byte order mark decides; without one UTF-8 is tried, which hardly ever fits
    by chance, then ``fallback_encoding``. Nothing is guessed from letters: a short text gives too little
    to guess from, and another version of the guesser would give other texts.

    Returns
    -------
    texts, notes : list of str
        A text for each file; what the report should say of how they were read.

    Raises
    ------
    DataError
        Names the files that fit no encoding, or hold zero bytes as no text does.
    """
    read = [_decode(file.content, description) for file in files]
    bad = [file.path for file, text in zip(files, read, strict=True) if text is None]
    if bad:
        wanted = description.encoding or f"UTF-8 or {description.fallback_encoding}"
        raise DataError(
            f"{where}: {len(bad)} of {len(files)} files are not {wanted} text ({first_few(bad)}):"
            " remove what is no text, or set `encoding:` in the dataset's .yaml"
        )
    decoded = [one for one in read if one is not None]
    texts = [text for text, _ in decoded]
    return texts, _notes(texts, Counter(encoding for _, encoding in decoded), description)


def _decode(content: bytes, description: TextsDescription) -> tuple[str, str] | None:
    for encoding in _candidates(content, description):
        try:
            return content.decode(encoding), encoding
        except UnicodeError:
            continue
    return None


def _candidates(content: bytes, description: TextsDescription) -> list[str]:
    if description.encoding is not None:
        return [description.encoding]
    marked = [name for mark, name in BYTE_ORDER_MARKS.items() if content.startswith(mark)][:1]
    if not marked and (b"\0" in content or content.startswith(NO_TEXTS)):
        return []  # a picture, or UTF-16 without a mark: latin-1 would take it and make noise of it
    return marked or ["utf-8", description.fallback_encoding]


def _notes(texts: list[str], encodings: Counter[str], description: TextsDescription) -> list[str]:
    notes = []
    fallback = description.fallback_encoding
    if description.encoding is None and fallback not in UNICODE and encodings[fallback]:
        notes.append(
            f"{encodings[fallback]} of {len(texts)} files are not UTF-8 and were read as {fallback}."
        )
    if empty := sum(not text.strip() for text in texts):
        notes.append(f"{empty} of {len(texts)} files hold no text; they are kept, as empty texts.")
    return notes


def texts_of(column: pd.Series, path: Path) -> NDArray[np.object_]:
    """Return a column of texts as str objects; a gap is an empty text.

    Raises
    ------
    DataError
        The column holds numbers, or nothing at all.
    """
    if column.dtype == object and any(isinstance(value, bytes) for value in column):
        raise DataError(
            f"{path}: text '{column.name}' holds bytes that are no UTF-8: decode them before they are"
            " saved"
        )
    if pd.api.types.is_numeric_dtype(column.dtype):
        raise DataError(
            f"{path}: text '{column.name}' holds numbers (such as {column.iloc[0]}): name a column of"
            " texts, or set `kind: tabular`"
        )
    texts = column.astype(object).where(column.notna(), "").map(str).to_numpy(dtype=object)
    if not any(text.strip() for text in texts):
        raise DataError(f"{path}: text '{column.name}' is empty in every row: name another column")
    return texts


def notes_on(texts: Sequence[str], name: str) -> tuple[str, ...]:
    """Say how many texts are empty, for the report."""
    empty = sum(not text.strip() for text in texts)
    return (f"'{name}' is empty in {empty} of {len(texts)} rows.",) if empty else ()
