"""A notebook in, its cells of code out."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrace.core.errors import RetraceError

INSTALL = "pip install --no-deps -r requirements-dev.txt"

KINDS = (".ipynb", ".py")

CELL = "# %%"


@dataclass(frozen=True)
class Cell:
    """One cell of code; ``number`` counts all cells of the notebook, from 1."""

    number: int
    source: str
    tags: tuple[str, ...] = ()


def lacking(error: ImportError) -> RetraceError:
    """Say which command brings a package that is not there."""
    return RetraceError(f"{error.name or error} is not installed: run `{INSTALL}`")


def read_cells(path: Path) -> list[Cell]:
    """Return the cells of code of a notebook.

    Parameters
    ----------
    path : Path
        A ``.ipynb``, or a ``.py`` whose cells begin with ``# %%``.

    Raises
    ------
    RetraceError
        It is no notebook, or jupytext, which reads a ``.py``, is not installed.
    """
    text = _text(path)
    cells = _of_json(text, path) if path.suffix == ".ipynb" else _of_percent(text)
    numbered = enumerate(cells, 1)
    return [
        Cell(number, "".join(cell["source"]).rstrip(), tuple(cell["metadata"].get("tags", ())))
        for number, cell in numbered
        if cell["cell_type"] == "code"
    ]


def fingerprint(path: Path) -> str:
    """Return 16 hexadecimal digits of a notebook's code; its outputs and their order do not count.

    They need nothing but Python, so `retrace check` reads notebooks again only where they changed.

    Raises
    ------
    RetraceError
        It is no notebook.
    """
    text = _text(path)
    if path.suffix == ".ipynb":
        text = json.dumps([(cell.source, cell.tags) for cell in read_cells(path)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _text(path: Path) -> str:
    if path.suffix not in KINDS:
        raise RetraceError(
            f"{path} is no notebook: a .ipynb, or a .py with cells that begin with `{CELL}`"
        )
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RetraceError(f"there is no notebook {path}: run from the project's top folder") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RetraceError(f"{path} cannot be read as UTF-8 text: {error}") from error
    if path.suffix == ".py" and CELL not in text:
        raise RetraceError(f"{path} has no cells: each begins with a line `{CELL}`")
    return text


def _of_json(text: str, path: Path) -> list[Any]:
    try:
        return [
            {"metadata": {}, "cell_type": cell["cell_type"], "source": cell["source"], **cell}
            for cell in json.loads(text)["cells"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise RetraceError(
            f"{path} is no notebook of nbformat 4: `jupyter nbconvert --to notebook --inplace {path}`"
        ) from error


def _of_percent(text: str) -> list[Any]:
    try:
        import jupytext
    except ImportError as error:
        raise lacking(error) from error
    return list(jupytext.reads(text, fmt="py:percent").cells)
