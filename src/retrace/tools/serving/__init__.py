"""A model behind HTTP: the same answers as `retrace predict`, and a page to try it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a model is served.

    Attributes
    ----------
    megabytes : float
        Of the body of a request, at most.
    rows : int
        Of a request, at most.
    rate : float
        Requests a second of one client, at most; 0: any.
    waiting : int
        Requests that wait for the model, at most.
    batch_rows : int
        Rows that the model is asked about at once, at most; 1: each request by itself.
    seconds : float
        That a request may take to arrive.
    tokens : frozenset of str
        One of them must come with a request; empty: none is asked for.
    keep : Path or None
        A file for the rows that were asked about.
    """

    megabytes: float = 16
    rows: int = 10_000
    rate: float = 0
    waiting: int = 1000
    batch_rows: int = 256
    seconds: float = 30
    tokens: frozenset[str] = frozenset()
    keep: Path | None = None
