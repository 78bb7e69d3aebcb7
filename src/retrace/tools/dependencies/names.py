"""What a name in a program stands for: the file that defines it, or a library's full name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from retrace.tools.dependencies.imports import Project, parse
from retrace.tools.dependencies.modules import Imported
from retrace.tools.dependencies.programs import Program

Place = tuple[Path | None, str]


def dotted(node: ast.AST) -> str:
    """Return ``"a.b.c"`` of such an expression; nothing where it is another."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (start := dotted(node.value)):
        return f"{start}.{node.attr}"
    return ""


class Names:
    """The names of a program's files.

    Parameters
    ----------
    project : Project
        Its files, parsed once.
    program : Program
        What a command starts.
    """

    def __init__(self, project: Project, program: Program) -> None:
        self.project = project
        self._places = project.places(program)
        self._program, self._code = program, parse(program.code).tree

    def tree(self, path: Path | None) -> ast.Module:
        """Return a file's syntax tree; None stands for code that is in no file."""
        return self._code if path is None else self.project.source(path).tree

    def functions(self, path: Path | None) -> Iterator[Any]:
        """Yield the functions of a file, and those of its classes."""
        for node in self.tree(path).body:
            if isinstance(node, ast.FunctionDef):
                yield node
            elif isinstance(node, ast.ClassDef):
                yield from (each for each in node.body if isinstance(each, ast.FunctionDef))

    def full_name(self, name: str, path: Path | None) -> str:
        """Return a name as its library has it: ``"dvc.api.params_show"`` of ``"api.params_show"``."""
        first, _, rest = name.partition(".")
        parts, level = self._imports(path).get(first, ((first,), 0))
        return ".".join([*parts, *([rest] if rest else [])]) if not level else name

    def imported(self, name: str, path: Path | None) -> Place | None:
        """Return the file of the project that a name comes from, and its name there."""
        first, _, rest = name.partition(".")
        if first not in self._imports(path):
            return None
        start, level = self._imports(path)[first]
        parts = (*start, *(rest.split(".") if rest else ()))
        files = self.project.resolve(Imported(parts, level), path, self._places)
        if not files:
            return None
        last = files[-1]
        module = last.parent.name if last.name == "__init__.py" else last.stem
        known = [position for position, part in enumerate(parts) if part == module]
        return last, ".".join(parts[known[-1] + 1 :] if known else parts)

    def function(self, name: str, path: Path | None) -> tuple[Path | None, Any] | None:
        """Return the function or class of the project that a name stands for, and its file."""
        place = self.imported(name, path) or (path, name)
        for node in self.tree(place[0]).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == place[1]:
                return place[0], node
        # A package may hand on what a module of it defines.
        again = self.imported(place[1], place[0]) if place[1] and place != (path, name) else None
        return self.function(place[1], place[0]) if again and again != place else None

    def called(self, definition: Any) -> Any:
        """Return what a call of a function or class runs; None where that is not in the file."""
        if isinstance(definition, ast.FunctionDef):
            return definition
        own = (each for each in definition.body if isinstance(each, ast.FunctionDef))
        return next((each for each in own if each.name == "__init__"), None)

    def near(self, mention: re.Pattern[str], besides: set[str]) -> set[Path | None]:
        """Return the files that hold a pattern, and those that import one of these.

        Parameters
        ----------
        mention : re.Pattern
            What a file must hold.
        besides : set of str
            Modules that are known without looking, such as ``"retrace.core.params"``.
        """
        graph = self.project.graph(self._program)
        known = tuple(f"/{name.replace('.', '/')}.py" for name in besides)
        looked_at = (path for path in graph if path.suffix == ".py" and not str(path).endswith(known))
        mentioning = {path for path in looked_at if self.project.holds(path, mention)}
        return {None, *mentioning, *(path for path, imported in graph.items() if imported & mentioning)}

    def shown(self, path: Path | None) -> str:
        """Return a file's path from the top folder."""
        return path.relative_to(self.project.root).as_posix() if path else "the command"

    def _imports(self, path: Path | None) -> dict[str, tuple[tuple[str, ...], int]]:
        if path is None:
            return dict(_aliases(self._code))
        if path not in self.project.aliases:
            self.project.aliases[path] = dict(_aliases(self.tree(path)))
        return self.project.aliases[path]


def _aliases(tree: ast.Module) -> Iterator[tuple[str, tuple[tuple[str, ...], int]]]:
    """Yield each name that imports bind, with what it stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                parts = tuple(alias.name.split("."))
                yield (alias.asname, (parts, 0)) if alias.asname else (parts[0], (parts[:1], 0))
        elif isinstance(node, ast.ImportFrom):
            start = tuple(node.module.split(".")) if node.module else ()
            for alias in node.names:
                yield alias.asname or alias.name, ((*start, alias.name), node.level)
