"""How a person sees rows go through a network: a bar on a terminal, plain lines in a log."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

Advance = Callable[[int], object]


@contextmanager
def progress(n_rows: int, name: str) -> Iterator[Advance]:
    """Give a function that takes the number of rows just done; changes no result."""
    if sys.stderr.isatty():
        with tqdm(total=n_rows, unit="row", desc=name) as bar:
            yield bar.update
    else:
        yield _lines(n_rows, name)


def _lines(n_rows: int, name: str) -> Advance:
    """Write a line for each tenth of the rows."""
    done = 0

    def advance(n: int) -> None:
        nonlocal done
        tenth_before, done = 10 * done // n_rows, done + n
        if 10 * done // n_rows > tenth_before:
            print(f"{name}: {done}/{n_rows} rows", file=sys.stderr, flush=True)

    return advance
