"""The files of a project that a program loads: its imports, theirs, and so on."""

import ast
import gc
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retrace.tools.dependencies.modules import Imported, imports_of, modules_in, skeleton
from retrace.tools.dependencies.programs import Program, plain

PARSED = {".py"}

ADDERS = {"sys.path.append", "sys.path.insert"}


@dataclass(frozen=True)
class Source:
    """A file of Python: its text and its syntax tree, which is empty where it has mistakes."""

    text: str
    tree: ast.Module


@dataclass
class Project:
    """A project's files, each read once."""

    root: Path
    sources: dict[Path, Source] = field(default_factory=dict)
    texts: dict[Path, str] = field(default_factory=dict)
    held: dict[tuple[Path, re.Pattern[str]], bool] = field(default_factory=dict)
    graphs: dict[Program, dict[Path, set[Path]]] = field(default_factory=dict)
    aliases: dict[Path | None, Any] = field(default_factory=dict)
    imports: dict[tuple[Path, bool], list[Imported]] = field(default_factory=dict)
    known: dict[Any, tuple[Path, ...]] = field(default_factory=dict)

    def source(self, path: Path) -> Source:
        """Return a file of Python."""
        if path not in self.sources:
            self.sources[path] = parse(self.text(path))
        return self.sources[path]

    def text(self, path: Path) -> str:
        """Return what is in a file."""
        if path not in self.texts:
            self.texts[path] = path.read_text(encoding="utf-8", errors="replace")
        return self.texts[path]

    def loaded(self, programs: Iterable[Program]) -> set[Path]:
        """Return the files inside of the project that programs run and import, closed over imports."""
        return {path for program in programs for path in self.graph(program)}

    def holds(self, path: Path, pattern: re.Pattern[str]) -> bool:
        """Tell whether a pattern is in a file."""
        if (path, pattern) not in self.held:
            self.held[path, pattern] = pattern.search(self.text(path)) is not None
        return self.held[path, pattern]

    def graph(self, program: Program) -> dict[Path, set[Path]]:
        """Return the project's files that a program loads, each with those that it imports."""
        if program not in self.graphs:
            self.graphs[program] = self._graph(program)
        return self.graphs[program]

    def _graph(self, program: Program) -> dict[Path, set[Path]]:
        places, graph = self.places(program), dict[Path, set[Path]]()
        todo = [*program.files]
        if program.code:
            source = parse(program.code)
            for imported in imports_of(source.tree, source.text, runs=True):
                todo += self.resolve(imported, None, places)
        while todo:
            path = todo.pop()
            if path in graph or not path.is_relative_to(self.root):
                continue
            graph[path] = set()
            if path.suffix in PARSED:
                for imported in self._imports(path, runs=path in program.files):
                    graph[path].update(self.resolve(imported, path, places))
            todo += graph[path]
        return graph

    def _imports(self, path: Path, *, runs: bool) -> list[Imported]:
        if (path, runs) not in self.imports:
            text = self.text(path)
            source = parse(skeleton(text))
            if not source.tree.body:  # nothing in it, or what was taken away was no whole
                source = parse(text)
            self.imports[path, runs] = list(imports_of(source.tree, text, runs=runs))
        return self.imports[path, runs]

    def places(self, program: Program) -> tuple[Path, ...]:
        """Return the folders where a program's imports are looked for.

        The top folder and ``src`` are among them: a project that is installed for editing, or a
        PYTHONPATH that is set elsewhere, makes them so.
        """
        named = [*program.paths, *self._added(program), self.root, self.root / "src"]
        return tuple(dict.fromkeys(Path(each) for each in named))

    def _added(self, program: Program) -> Iterator[Path]:
        """Yield the folders that a script adds to ``sys.path`` by name."""
        for path in program.files:
            if path.suffix in PARSED and "sys.path" in (source := self.source(path)).text:
                for text in _texts_for_the_path(source.tree):
                    yield from (plain(place / text) for place in (path.parent, program.paths[-1]))

    def resolve(
        self, imported: Imported, importer: Path | None, places: tuple[Path, ...]
    ) -> tuple[Path, ...]:
        """Return the files that an import runs; none where it is of a library.

        Parameters
        ----------
        imported : Imported
            What stands behind ``import`` or ``from``.
        importer : Path or None
            The file that imports; None of what is in no file.
        places : tuple of Path
            From `places`.
        """
        if not imported.level:
            files = self._found(imported.parts, places)
        elif importer is None:
            return ()
        else:
            package = importer.parents[imported.level - 1]
            own = package / "__init__.py"
            files = (*((own,) if own.is_file() else ()), *modules_in(package, imported.parts))
        if imported.whole and files and files[-1].name == "__init__.py":
            return (*files, *sorted(files[-1].parent.glob("*.py")))
        return files

    def _found(self, parts: tuple[str, ...], places: tuple[Path, ...]) -> tuple[Path, ...]:
        # What stands beside the script comes before the standard library, as in Python.
        first = places[:1] if parts[0] in sys.stdlib_module_names else places
        if (parts, first) not in self.known:
            files = next(filter(None, (modules_in(place, parts) for place in first)), ())
            self.known[parts, first] = files
        return self.known[parts, first]


def parse(text: str) -> Source:
    """Parse Python; what is no Python has no imports."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in others' code
            return Source(text, ast.parse(text))
    except (SyntaxError, ValueError, RecursionError):
        return Source(text, ast.Module(body=[], type_ignores=[]))


def _texts_for_the_path(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ADDERS:
            named = (each for each in ast.walk(node) if isinstance(each, ast.Constant))
            yield from (each.value for each in named if isinstance(each.value, str))


@contextmanager
def without_collector() -> Iterator[None]:
    """Syntax trees are many objects without circles: the collector would look at each of them again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
