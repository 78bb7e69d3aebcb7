"""The cells of a notebook in, what its script and its stage are made of out."""

import ast
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retrace.core.errors import RetraceError, did_you_mean
from retrace.tools.dependencies.marks import COMMAND, EXTRA, FIELD, Mark, marks_of, options_of
from retrace.tools.notebooks.arguments import (
    BOUND,
    Argument,
    Assigned,
    arguments_of,
    assigned_in,
    path_from_root,
    value_of,
)
from retrace.tools.notebooks.code import code_of, for_notebook, parsed
from retrace.tools.notebooks.reading import Cell

# Papermill's word for the cell whose values a run replaces.
PARAMETERS = "parameters"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A notebook as a stage sees it.

    Attributes
    ----------
    about : str
        The docstring without its fields.
    arguments : list of Argument
        What the script takes on its command line.
    marks : list of Mark
        Inputs, outputs and metrics with their paths from the top folder, and a whole command.
    values : dict
        Of the parameters, where the notebook has them.
    code : list of str
        The cells of the script.
    position : int
        How many cells of the notebook stand before what comes behind the cell of parameters.
    """

    about: str = ""
    arguments: list[Argument] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    code: list[str] = field(default_factory=list)
    position: int = 0


def declared(cells: Sequence[Cell], notebook: Path) -> Declared:
    """Return what a notebook declares.

    Parameters
    ----------
    cells : sequence of Cell
        From `retrace.tools.notebooks.reading.read_cells`.
    notebook : Path
        From the project's top folder.

    Raises
    ------
    RetraceError
        What it declares cannot be a stage.
    """
    where = notebook.as_posix()
    kept = [cell for cell in cells if not for_notebook(cell)]
    first = next((cell for cell in kept[:1] if marks_of(_docstring(cell))), None)
    tagged = [cell for cell in kept if PARAMETERS in cell.tags]
    if len(tagged) > 1:
        raise RetraceError(f"{where}: {len(tagged)} cells have the tag {PARAMETERS}, should be one")
    special = list(dict.fromkeys(cell for cell in (first, *tagged) if cell is not None))
    text = next(filter(None, map(_docstring, special)), "")
    marks = marks_of(text)
    assigned = _assigned(special, where)
    arguments = arguments_of(marks, assigned, where)
    return Declared(
        about=FIELD.split(text, maxsplit=1)[0].strip(),
        arguments=arguments,
        marks=[_with_path(mark, assigned, notebook) for mark in marks if mark.kind in (*BOUND, COMMAND)],
        values=_values(arguments, assigned, marks, where),
        code=code_of([cell for cell in kept if cell not in special], notebook),
        position=max((cell.number for cell in special), default=0),
    )


def _docstring(cell: Cell) -> str:
    try:
        return ast.get_docstring(parsed(cell.source)) or ""
    except (SyntaxError, ValueError):
        return ""


def _assigned(cells: Sequence[Cell], where: str) -> Assigned:
    """Return what the first cell and that of parameters assign, which mostly are one."""
    try:
        trees = [(cell, parsed(cell.source)) for cell in cells]
    except (SyntaxError, ValueError) as error:
        raise RetraceError(f"{where}: the cell of parameters is not Python: {error}") from error
    assignments = [assigned_in(tree, f"{where}, cell {cell.number}") for cell, tree in trees]
    return Assigned(
        values={name: value for each in assignments for name, value in each.values.items()},
        computed=tuple(name for each in assignments for name in each.computed),
    )


def _with_path(mark: Mark, assigned: Assigned, notebook: Path) -> Mark:
    """Fill in the path of an input or output that only the notebook's own value names."""
    where = f"{notebook.as_posix()}: `:{' '.join((mark.kind, *mark.words))}:`"
    if "{{" in mark.text:
        raise RetraceError(f"{where} has a template of Jinja: write the path, or DVC's ${{...}}")
    if mark.text or mark.kind == COMMAND:
        return mark if mark.kind == COMMAND else _at(mark, path_from_root(mark.text))
    value = assigned.values.get(mark.name)
    if not isinstance(value, str) or not value:
        raise RetraceError(f"{where} has no path, and the cell gives {mark.name or 'it'} none: add it")
    return _at(mark, path_from_root(value, notebook.parent))


def _at(mark: Mark, path: str) -> Mark:
    return Mark(mark.kind, mark.words[-1:], path)


def _values(
    arguments: Sequence[Argument], assigned: Assigned, marks: Sequence[Mark], where: str
) -> dict[str, Any]:
    """Return the value of each parameter: of ``:dvc-extra:``, else the notebook's own."""
    if any(mark.kind == COMMAND for mark in marks):
        if other := [mark.kind for mark in marks if mark.kind in (*BOUND, EXTRA)]:
            raise RetraceError(f"{where}: `:{COMMAND}:` says all: take `:{other[0]}:` out")
        return {}
    wanted = {each.name: each for each in arguments if each.kind == "value"}
    extra = options_of([word for mark in marks if mark.kind == EXTRA for word in _words(mark, where)])
    if unknown := [name for name in extra if name not in wanted]:
        raise RetraceError(
            f"{where}: `:{EXTRA}:` names --{unknown[0].replace('_', '-')}, which is no parameter"
            f"{did_you_mean(unknown[0], wanted)}"
        )
    values = {name: assigned.values[name] for name in wanted if name in assigned.values}
    for name, words in extra.items():
        try:
            values[name] = value_of(words, wanted[name])
        except (ValueError, IndexError) as error:
            raise RetraceError(
                f"{where}: `:{EXTRA}:` gives {name} {' '.join(words) or 'nothing'}, should be"
                f" {wanted[name].shown}"
            ) from error
    if lacking := [name for name in wanted if name not in values]:
        raise RetraceError(
            f"{where}: {lacking[0]} has no value to begin with: assign a literal in the cell with the"
            f" tag {PARAMETERS}, or give it by `:{EXTRA}:`"
        )
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _words(mark: Mark, where: str) -> list[str]:
    try:
        return shlex.split(mark.text)
    except ValueError as error:
        raise RetraceError(f"{where}: `:{EXTRA}: {mark.text}`: {error}") from error
