"""What a model is asked about, a chunk at a time: raw rows, and what could be read of each."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

STDIN = "-"


class Problem(NamedTuple):
    """A row that cannot be read as the model takes it."""

    row: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Raw rows: a part of a table, or files with their ids; ``start`` counts the rows before them.

    ``problems`` are lines of the file that are no rows, ``extra`` its columns that nobody described.
    """

    start: int
    rows: Any
    problems: tuple[Problem, ...] = ()
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Read:
    """Rows as a model takes them before they are cleaned.

    Attributes
    ----------
    ids : sequence
        One for each row of ``X``.
    problems : list of Problem
        The rows that are not in ``X``.
    unseen : dict of str to Counter
        Of a table, the values of categories that no training row had.
    """

    ids: Any
    X: Any
    problems: list[Problem] = field(default_factory=list)
    unseen: dict[str, Counter[str]] = field(default_factory=dict)
