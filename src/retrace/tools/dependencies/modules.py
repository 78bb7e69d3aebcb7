"""Names of modules in, files of the project out: what `import a.b` runs."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

IMPORTERS = ("import_module", "__import__")

BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")

# A function or a class of the file's own level.
DEFINITION = re.compile(r"^(?:async def|def|class|@)[^\n]*\n(?:[ \t#)\]}][^\n]*\n|\n)*", re.MULTILINE)

INNER_IMPORT = re.compile(
    r"^[ \t]+(?:from[ \t]+\S+[ \t]+import\b|import[ \t])|[:;][ \t]*(?:from|import)\b", re.MULTILINE
)


@dataclass(frozen=True)
class Imported:
    """One import: ``name`` in parts; ``level`` dots before it; ``whole``: what is in it is not known."""

    parts: tuple[str, ...]
    level: int = 0
    whole: bool = False


def modules_in(place: Path, parts: Sequence[str]) -> tuple[Path, ...]:
    """Return the files that importing a name runs, outermost first, as far as a folder has them.

    Parameters
    ----------
    place : Path
        A folder where imports are looked for.
    parts : sequence of str
        Such as ``["package", "module", "function"]``: the end need not be a module.
    """
    files = []
    for part in parts:
        package, module = place / part / "__init__.py", place / f"{part}.py"
        if package.is_file():
            files.append(package)
        elif module.is_file():
            return (*files, module)
        elif not (place / part).is_dir():
            break
        place = place / part
    return tuple(files)


def skeleton(text: str) -> str:
    """Return a file without the functions and classes that import nothing: a fifth of it to parse."""
    if any(each in text for each in IMPORTERS):
        return text
    return DEFINITION.sub(_shortened, text)


def _shortened(match: re.Match[str]) -> str:
    part = match[0]
    # Where a text begins in this part and ends in another, taking the part away would turn it around.
    whole = part.count('"""') % 2 == part.count("'''") % 2 == 0
    return "" if whole and not INNER_IMPORT.search(part) else part


def imports_of(tree: ast.Module, text: str, *, runs: bool) -> Iterator[Imported]:
    """Yield what a file imports, also inside of functions, but not for type checkers alone.

    Parameters
    ----------
    tree : ast.Module
        The file.
    text : str
        The same as text.
    runs : bool
        Whether it is the program itself, so that ``__name__ == "__main__"`` holds.
    """
    yield from _of_statements(tree.body, runs=runs)
    if any(each in text for each in IMPORTERS):
        yield from _computed(tree)


def _of_statements(statements: Sequence[ast.AST], *, runs: bool) -> Iterator[Imported]:
    # By hand, since `ast.walk` looks at each expression: three quarters of the time.
    for node in statements:
        if isinstance(node, ast.Import):
            yield from (Imported(tuple(alias.name.split("."))) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = tuple(node.module.split(".")) if node.module else ()
            for alias in node.names:
                last = () if alias.name == "*" else (alias.name,)
                yield Imported((*start, *last), node.level)
        else:
            skipped = isinstance(node, ast.If) and _never(node.test, runs=runs)
            for name in BLOCKS[1:] if skipped else BLOCKS:
                yield from _of_statements(_list(node, name), runs=runs)


def _list(node: ast.AST, name: str) -> list[ast.AST]:
    nodes = getattr(node, name, [])
    return nodes if isinstance(nodes, list) else []


def _never(test: ast.expr, *, runs: bool) -> bool:
    """Tell whether a condition is false: TYPE_CHECKING, and ``"__main__"`` of what is imported."""
    name = test.id if isinstance(test, ast.Name) else getattr(test, "attr", "")
    if name == "TYPE_CHECKING":
        return True
    left = test.left if isinstance(test, ast.Compare) else None
    return isinstance(left, ast.Name) and left.id == "__name__" and not runs


def _computed(tree: ast.Module) -> Iterator[Imported]:
    """Yield what is imported by a text; of a text with a variable part, all that its start holds."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if (getattr(node.func, "id", None) or getattr(node.func, "attr", None)) not in IMPORTERS:
            continue
        name = node.args[0]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            dots = len(name.value) - len(name.value.lstrip("."))
            yield Imported(tuple(name.value.lstrip(".").split(".")), dots)
        elif isinstance(name, ast.JoinedStr):
            yield from _of_template(name)


def _of_template(name: ast.JoinedStr) -> Iterator[Imported]:
    first = name.values[0]
    if isinstance(first, ast.Constant):
        start = str(first.value)
        dots = len(start) - len(start.lstrip("."))
        if parts := tuple(start.lstrip(".").split(".")[:-1]):
            yield Imported(parts, dots, whole=True)
        elif dots:
            yield Imported((), dots, whole=True)
    elif isinstance(first, ast.FormattedValue) and getattr(first.value, "id", "") in {
        "__name__",
        "__package__",
    }:
        yield Imported((), 1, whole=True)
