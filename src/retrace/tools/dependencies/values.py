"""What the names of a program can hold of its params: a file, or a place in one."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ANY = "*"


@dataclass(frozen=True)
class Value:
    """A place in a file of params: ``("train", "rate")``; ``"*"`` stands for a key that is computed."""

    file: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class File:
    """A file of params that is named or open."""

    name: str


Held = Value | File | None

Arguments = list[tuple[str | None, Held]]


@dataclass(frozen=True)
class Frame:
    """Where a walk through a program is: a file, what the names there hold, how many calls deep."""

    path: Path | None
    scope: dict[str, Held] = field(default_factory=dict)
    depth: int = 0

    def inner(self) -> "Frame":
        """Return a frame whose names start as this one's."""
        return replace(self, scope=dict(self.scope))


@dataclass
class Reading:
    """What is read: places of files, and where all params go out of sight."""

    values: set[Value] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)


def bind(function: Any, arguments: Arguments, *, method: bool) -> tuple[dict[str, Held], list[Held]]:
    """Give the arguments of a call to the names of a function.

    Parameters
    ----------
    function : ast.FunctionDef
        The function that is called.
    arguments : list of tuple
        Each with its name, or None of one that has a position only.
    method : bool
        Whether the first name stands for the object itself.

    Returns
    -------
    bound : dict
    rest : list
        What no name takes.
    """
    positional = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    positional = positional[1:] if method else positional
    named = {*positional, *(each.arg for each in function.args.kwonlyargs)}
    bound: dict[str, Held] = {}
    rest: list[Held] = []
    for name, value in _with_names(positional, arguments):
        if name in named:
            bound[name] = value
        elif value is not None:
            rest.append(value)
    return bound, rest


def _with_names(positional: list[str], arguments: Arguments) -> Iterable[tuple[str, Held]]:
    for position, (name, value) in enumerate(arguments):
        fits = positional[position] if position < len(positional) else ANY
        yield (fits if name is None else name), value
