"""What a notebook says of its stage in its first cell, as the arguments of a script."""

import ast
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from retrace.core.errors import RetraceError, did_you_mean
from retrace.tools.dependencies.marks import INPUT, METRICS, OUTPUT, Mark

Kind = Literal["path", "value"]

TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}

TYPE = re.compile(r"(?P<many>[Ll]ist)(?:\[(?P<item>\w+)\])?|(?P<one>\w+)")

NULLABLE = re.compile(r"Optional\[(.+)\]|(.+?)\s*\|\s*None")

BOUND = (INPUT, OUTPUT, METRICS)

# Options that scripts have besides.
TAKEN = {"html", "help"}


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One argument of a script.

    Attributes
    ----------
    name : str
        Of the variable.
    kind : str
        ``"path"`` of an input or output, ``"value"`` of a parameter, which params.yaml keeps.
    type : str
        A key of `TYPES`.
    many : bool
        Whether it is a list of these.
    nullable : bool
        Whether it may be None.
    """

    name: str
    kind: Kind = "value"
    type: str = "str"
    many: bool = False
    nullable: bool = False
    help: str = ""

    @property
    def shown(self) -> str:
        """Its type, as a docstring has it."""
        item = f"List[{self.type}]" if self.many else self.type
        return f"Optional[{item}]" if self.nullable else item


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """What a cell assigns: literals by name, and the names of what only running it would tell."""

    values: Mapping[str, Any] = field(default_factory=dict)
    computed: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """All names."""
        return [*self.values, *self.computed]


def assigned_in(tree: ast.Module, where: str) -> Assigned:
    """Return what the cell of parameters assigns.

    Raises
    ------
    RetraceError
        It does something else.
    """
    values: dict[str, Any] = {}
    computed: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        target = targets[0]
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(target, ast.Name):
            raise RetraceError(
                f"{where}: `{ast.unparse(node).splitlines()[0]}` is no `name = value`, and the cell of"
                " parameters holds nothing else: move it to another cell"
            )
        try:
            values[target.id] = ast.literal_eval(node.value or ast.Constant(None))
        except ValueError:
            computed.append(target.id)
    return Assigned(values=values, computed=tuple(computed))


def arguments_of(marks: Sequence[Mark], assigned: Assigned, where: str) -> list[Argument]:
    """Return the arguments that a notebook declares by fields and by assigning them.

    Parameters
    ----------
    marks : sequence of Mark
        The fields of its docstring.
    assigned : Assigned
        What its cell of parameters assigns.
    where : str
        The notebook, for what is said of it.

    Raises
    ------
    RetraceError
        A type or a name is none.
    """
    declared = {mark.name: mark for mark in marks if mark.kind == "param"}
    names = list(dict.fromkeys([*declared, *assigned.names]))
    bound = [mark for mark in marks if mark.kind in BOUND and mark.name]
    for mark in bound:
        if mark.name not in names:
            raise RetraceError(
                f"{where}: `:{mark.kind} {mark.name}:` names no parameter"
                f"{did_you_mean(mark.name, names)}: declare it: `:param str {mark.name}:`"
            )
    paths = {mark.name for mark in bound}
    return [_argument(name, declared.get(name), name in paths, assigned, where) for name in names]


def _argument(name: str, mark: Mark | None, path: bool, assigned: Assigned, where: str) -> Argument:
    value = assigned.values.get(name, "")
    if name in TAKEN or not name.isidentifier():
        raise RetraceError(f"{where}: '{name}' cannot be the name of a parameter: choose another")
    type_name = "".join(mark.words[:-1]) if mark else ""
    help_text = mark.text if mark else ""
    nullable = NULLABLE.fullmatch(type_name)
    type_name = next(filter(None, nullable.groups())) if nullable else type_name
    match = TYPE.fullmatch(type_name or ("str" if path else _type_of(value)))
    item = (match["one"] or match["item"] or "str") if match else ""
    if match is None or item not in TYPES or (path and (item != "str" or match["many"])):
        allowed = "str, as a path is" if path else "str, int, float, bool, or List[...] of these"
        got = f"'{type_name}'" if type_name else f"{value!r}"
        raise RetraceError(
            f"{where}: {name}: got {got}, should be of the type {allowed}: `:param float {name}:`"
        )
    return Argument(
        name=name,
        kind="path" if path else "value",
        type=item,
        many=bool(match["many"]),
        nullable=bool(nullable) or (not path and name in assigned.values and value is None),
        help=help_text,
    )


def _type_of(value: Any) -> str:
    """Return the type of a literal as a docstring would have it; "?" of what no argument can be."""
    if isinstance(value, list | tuple):
        items = {type(item).__name__ for item in value}
        items = {"float"} if items == {"int", "float"} else items
        return f"List[{items.pop()}]" if len(items) == 1 else "?"
    return type(value).__name__


def path_from_root(text: str, folder: Path = Path()) -> str:
    """Return a path from the project's top folder, where a notebook's folder is another.

    Parameters
    ----------
    text : str
        As the notebook has it; one with a template of DVC's stays as it is.
    folder : Path
        Where it begins.
    """
    if "${" in text or "://" in text:
        return text
    return PurePosixPath(os.path.normpath(folder / text)).as_posix()


def value_of(words: Sequence[str], argument: Argument) -> Any:
    """Return what the words behind an option stand for.

    Raises
    ------
    ValueError
        They are not of the argument's type.
    """
    if argument.type == "bool" and not argument.many:
        return not words or words[0].lower() == "true"
    values = [TYPES[argument.type](word) for word in words]
    return values if argument.many else values[0]
