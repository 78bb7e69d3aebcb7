"""Texts that are one for a person, written one way: white space, Unicode, letters that nobody sees."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd

# Of no width: what copying from web pages and other programs leaves in a cell.
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff\u00ad"))


def spelled(text: str) -> str:
    """Return a text without white space around it, its accents composed (NFC), its spaces plain ones."""
    if text.isascii():
        return text.strip()
    text = unicodedata.normalize("NFC", text).translate(UNSEEN)
    spaces = {ord(letter): " " for letter in text if letter.isspace() and not letter.isascii()}
    return text.translate(spaces).strip()


def spelled_column(column: pd.Series) -> pd.Series:
    """Spell all texts of a column one way; what is blank becomes a gap.

    Returns
    -------
    Series of shape (n_samples,)
        The column itself where nothing had to change.
    """
    if pd.api.types.is_numeric_dtype(column.dtype) or column.dtype.kind in "mM":
        return column
    codes, distinct = pd.factorize(column)
    values = [spelled(value) if isinstance(value, str) else value for value in distinct]
    if all(new is old or (new == old and new != "") for new, old in zip(values, distinct, strict=True)):
        return column
    new = np.array([np.nan if value == "" else value for value in values] + [np.nan], dtype=object)
    return pd.Series(new[codes], index=column.index, name=column.name, dtype=object)


def near_twins(names: Iterable[str]) -> list[str]:
    """Name the texts that differ only in case, inner white space or width: ``"'Yes' and 'yes'"``."""
    alike = defaultdict(list)
    for name in names:
        folded = unicodedata.normalize("NFKC", name).casefold()
        alike["".join(folded.split())].append(name)
    return [" and ".join(map(repr, twins)) for twins in alike.values() if len(twins) > 1]
