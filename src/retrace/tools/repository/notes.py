"""What DVC notes of the files that it hashed, in memory.

It keeps them in two databases, which wait for the disk as they are made. Who only reads a repository
would throw them away at once.
"""

import contextlib
import importlib
from collections.abc import Iterable, Iterator
from typing import Any

state: Any = importlib.import_module("dvc_data.hashfile.state")

DATABASES: Any = state.State


class Table(dict[str, Any]):
    """A database, as far as DVC uses it: its keys are UTF-8."""

    def get_many(self, keys: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """Yield each key with its value, or with None."""
        return ((key, self.get(key)) for key in keys)

    def set_many(self, items: Iterable[tuple[str, Any]]) -> None:
        """Set each key to its value."""
        for key, value in items:
            self[key] = value

    def __setitem__(self, key: str, value: Any) -> None:
        key.encode()
        super().__setitem__(key, value)

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_: object) -> None:
        """Leave all as it is: nothing is written."""

    def close(self) -> None:
        """Forget all."""
        self.clear()


class Notes(DATABASES):
    """Takes the place of DVC's own `State`."""

    def __init__(self, root_dir: str, _: str, ignore: object) -> None:
        super().__init__(root_dir, None, ignore)
        self.hashes, self.links = Table(), Table()


@contextlib.contextmanager
def in_memory() -> Iterator[None]:
    """Let a repository of DVC that is opened meanwhile keep its notes in memory."""
    state.State = Notes
    try:
        yield
    finally:
        state.State = DATABASES
