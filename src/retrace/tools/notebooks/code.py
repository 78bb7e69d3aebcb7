"""Cells of a notebook in, what a script has of them out."""

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from retrace.core.errors import RetraceError
from retrace.tools.notebooks.reading import Cell

# jupytext's word for a cell that is code in the notebook and a comment in a script.
NOTEBOOK_ONLY = "active-ipynb"

# The tutorial's: of a cell, in a line of its own; of a statement, behind it.
NO_EFFECT = re.compile(r"#\s*No effect\s*", re.IGNORECASE)

# Of IPython: they change what a notebook shows, and no value.
FOR_SHOW = re.compile(r"[ \t]*%(?:matplotlib|config|load_ext|reload_ext|autoreload|%time|%capture)\b.*")

OF_IPYTHON = re.compile(r"\s*[%!?]|[^#]*=\s*[%!]|[^#]*\?\s*$")

NAMES_OF_IPYTHON = {"display", "get_ipython"}

REMEDY = f"write it in Python, or give the cell the tag {NOTEBOOK_ONLY} or a line `# No effect`"


def code_of(cells: Sequence[Cell], notebook: Path) -> list[str]:
    """Return the Python of the cells that a script has.

    Parameters
    ----------
    cells : sequence of Cell
        All cells of the notebook.
    notebook : Path
        For what is said of it.

    Returns
    -------
    list of str
        Without the cells and statements that are for the notebook only, and what IPython is told about
        showing things. Lines stay as they are.

    Raises
    ------
    RetraceError
        A cell is not Python: it tells IPython something, or has a mistake.
    """
    kept = [(cell, _python(cell, notebook)) for cell in cells if not for_notebook(cell)]
    trees = [(cell, parsed(source)) for cell, source in kept]
    known = {name for _, tree in trees for name in _bound(tree)}
    for cell, tree in trees:
        for line, name in _used(tree, NAMES_OF_IPYTHON - known):
            raise RetraceError(f"{place_of(cell, line, notebook)}: {name}() is IPython's: {REMEDY}")
    return [source for _, source in kept if source.strip()]


def parsed(source: str) -> ast.Module:
    """Return the syntax tree of a cell; what Python warns of is for who runs it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def for_notebook(cell: Cell) -> bool:
    """Tell whether a cell is for the notebook only."""
    lines = cell.source.splitlines()
    return NOTEBOOK_ONLY in cell.tags or any(NO_EFFECT.fullmatch(line.strip()) for line in lines)


def _python(cell: Cell, notebook: Path) -> str:
    """Return a cell's source if it is Python, without lines for show where it is not."""
    source = cell.source
    if not _mistake(source):
        return _without_marked(cell, notebook)
    lines = ["" if FOR_SHOW.fullmatch(line) else line for line in source.splitlines()]
    if mistake := _mistake("\n".join(lines)):
        # Python may see the mistake where a later line shows it.
        for number, text in enumerate(lines[: mistake.lineno], 1):
            if OF_IPYTHON.match(text):
                place = place_of(cell, number, notebook)
                raise RetraceError(f"{place}: `{text.strip()}` is IPython's: {REMEDY}")
        place = place_of(cell, mistake.lineno or 1, notebook)
        raise RetraceError(f"{place} is not Python: {mistake.msg}")
    return _without_marked(replace(cell, source="\n".join(lines).strip("\n")), notebook)


def _mistake(source: str) -> SyntaxError | None:
    try:
        parsed(source)
    except SyntaxError as error:
        return error
    except ValueError as error:  # a zero byte
        return SyntaxError(str(error))
    return None


def _without_marked(cell: Cell, notebook: Path) -> str:
    """Take out the statements with ``# No effect`` behind them."""
    tokens = tokenize.generate_tokens(io.StringIO(cell.source).readline)
    comments = (token for token in tokens if token.type == tokenize.COMMENT)
    marked = {token.start[0] for token in comments if NO_EFFECT.fullmatch(token.string)}
    gone: set[int] = set()
    for node in ast.walk(parsed(cell.source)):
        if isinstance(node, ast.stmt) and node.end_lineno in marked:
            inside = getattr(node, "body", None)
            gone |= set() if inside else set(range(node.lineno, node.end_lineno + 1))
    lines = enumerate(cell.source.splitlines(), 1)
    left = "\n".join(line for number, line in lines if number not in gone)
    if _mistake(left):
        place = place_of(cell, min(gone), notebook)
        raise RetraceError(
            f"{place}: `# No effect` takes the only statement of a block: write `pass` into it"
        )
    return left


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]


def _used(tree: ast.Module, names: set[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            yield node.lineno, node.id


def place_of(cell: Cell, line: int, notebook: Path) -> str:
    """Return where a line of a cell is, as an error names it."""
    return f"{notebook.as_posix()}, cell {cell.number}, line {line}"
