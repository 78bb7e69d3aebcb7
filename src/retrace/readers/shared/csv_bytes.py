"""What the bytes of a CSV tell that its parsed table does not: leading zeros, and lines cut short."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrace.core.errors import DataError

CHUNK = 2**20

NEWLINE, QUOTE, SPACE, ZERO, NINE = b'\n" 09'

# Encodings in which a sign of ASCII is always one byte, and that byte nothing else.
WIDE = ("utf-16", "utf_16", "utf16", "utf-32", "utf_32", "utf32", "shift", "sjis", "big5", "gb")


@dataclass
class Signs:
    """Counts of a whole file.

    Attributes
    ----------
    separators : int
        How often the separator occurs, inside of quotes as well.
    quoted : bool
        Whether there are quotes, inside of which a separator is none.
    leading_zeros : bool
        Whether any field may begin with a zero and another digit.
    """

    separators: int = 0
    quoted: bool = False
    leading_zeros: bool = False

    def fewer_than(self, expected: int) -> bool:
        """Tell whether lines lack separators, as far as counting can tell."""
        return not self.quoted and self.separators < expected


def count_signs(path: Path, separator: str, encoding: str) -> Signs | None:
    """Go once through a file; None where its encoding or separator is not one byte to a sign.

    Raises
    ------
    DataError
        It holds zero bytes, at which a field would end without a word.
    """
    if len(separator.encode()) > 1 or encoding.lower().startswith(WIDE):
        return None
    code, signs = separator.encode()[0], Signs()
    for chunk in _chunks(path):
        data = np.frombuffer(chunk, dtype=np.uint8)
        if b"\0" in chunk:
            wide = chunk.count(b"\0") > len(chunk) / 4
            cause = "it is UTF-16 without a mark (`encoding: utf-16-le`)" if wide else "it is damaged"
            raise DataError(f"{path} holds zero bytes, as no text does: {cause}, or bring it again")
        signs.quoted = signs.quoted or b'"' in chunk
        signs.separators += int(np.count_nonzero(data[:-2] == code))
        signs.leading_zeros = signs.leading_zeros or _has_leading_zero(data, code)
    return signs


def _has_leading_zero(data: NDArray[np.uint8], code: int) -> bool:
    # Whole arrays at a time: to look for positions first takes three times as long.
    before, here, after = data[:-2], data[1:-1], data[2:]
    leading = here == ZERO
    leading &= (after - ZERO) <= NINE - ZERO  # of bytes: what is below a zero wraps around to above nine
    leading &= (before == code) | (before == NEWLINE) | (before == QUOTE) | (before == SPACE)
    return bool(leading.any())


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield a file in pieces that overlap by two bytes, as if it stood between line ends."""
    tail = b"\n"
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            piece = tail + data
            yield piece
            tail = piece[-2:]
    yield tail + b"\n\n"


def short_lines(path: Path, separator: str, n_fields: int) -> tuple[str, ...]:
    """Say which lines have fewer fields than the table has columns.

    Raises
    ------
    DataError
        Only the last line has, and it does not end: the file was cut off.
    """
    mark, short, line = separator.encode(), [], b""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip() and line.count(mark) < n_fields - 1:
                short.append((number, line.count(mark) + 1))
    if not short:
        return ()
    number, fields = short[0]
    if len(short) == 1 and not line.endswith(b"\n") and line.count(mark) < n_fields - 1:
        raise DataError(
            f"{path}: the last line ({number}) has {fields} of {n_fields} fields and no end: the file"
            " was cut off; bring it again"
        )
    what = "line has" if len(short) == 1 else "lines have"
    return (
        f"{len(short)} {what} fewer than {n_fields} fields (first: line {number} with {fields}); what is"
        " lacking became gaps.",
    )
