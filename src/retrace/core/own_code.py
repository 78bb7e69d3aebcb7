"""Code of the project's own, beside the library: src/models.py, src/readers.py, ... (`FILES`).

Each registers functions by a decorator. Only files of the folder that a command stands in are ever
loaded, never those of another revision, and only when their table is asked for a name that the library
does not have, or for all names.
"""

import ast
import hashlib
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from retrace.core.errors import RetraceError

SOURCE = Path("src")
FILES = ("models", "readers", "cleaners", "metrics")

T = TypeVar("T")

# Of each file that is loaded: where it was, and what it said.
_loaded: dict[str, tuple[Path, bytes]] = {}


class WithOwn(Mapping[str, T]):
    """A table of the library, and what the project adds to it.

    Parameters
    ----------
    ours : dict
        The library's own entries, which stand first.
    file : str
        A member of `FILES`: src/<file>.py of the project may add entries.
    own : dict
        Where the decorators put what that file registers.
    """

    def __init__(self, ours: dict[str, T], file: str, own: dict[str, T]) -> None:
        self.ours = ours
        self._file = file
        self._own = own

    def __getitem__(self, name: str) -> T:
        """Return the library's entry of this name, or else the project's."""
        return self.ours[name] if name in self.ours else self._load()[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names, the library's first."""
        yield from self.ours
        yield from self._load()

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.ours) + len(self._load())

    def _load(self) -> dict[str, T]:
        load(self._file, self._own)
        if taken := sorted(self.ours.keys() & self._own.keys()):
            raise RetraceError(
                f"{SOURCE / self._file}.py: '{taken[0]}' is a name of the library: choose another"
            )
        return self._own


def load(file: str, registered: dict[str, T]) -> None:
    """Let src/<file>.py of the current folder fill a table, unless it has done so already.

    Raises
    ------
    RetraceError
        It cannot be read, or does not run.
    """
    path = (SOURCE / f"{file}.py").absolute()
    state = path, path.read_bytes() if path.is_file() else b""
    if _loaded.get(file) == state:
        return
    _loaded[file] = state
    registered.clear()
    sys.modules.pop(file, None)
    if state[1].strip():
        _run(file, path, state[1])


def own_modules() -> list[Path]:
    """Return the files of src/ that this process has loaded, the library and the stage script aside."""
    source, library = SOURCE.absolute(), Path(__file__).absolute().parents[1]
    script = sys.modules["__main__"]  # multiprocessing lists it under another name too
    files = {
        Path(found).absolute()
        for module in list(sys.modules.values())
        if module is not script and (found := getattr(module, "__file__", None))
    }
    return sorted(
        file
        for file in files
        if source in file.parents and library not in file.parents and not file.name.startswith(".")
    )


def own_code_hash() -> str:
    """Return 16 hexadecimal digits of what src/ adds to the library; empty where it adds nothing."""
    files = [path for file in FILES if (path := SOURCE / f"{file}.py").is_file()]
    adding = [path for path in files if _does_something(path.read_bytes())]
    digest = hashlib.sha256()
    for path in adding:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16] if adding else ""


def _does_something(source: bytes) -> bool:
    try:
        return any(not isinstance(node, ast.Expr) for node in ast.parse(source).body)
    except (SyntaxError, ValueError):
        return True


def _run(file: str, path: Path, source: bytes) -> None:
    """Run a file as the module of its name, as which a model's file will name its classes."""
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # what it imports from src/
    module = sys.modules[file] = ModuleType(file)
    module.__file__ = str(path)
    try:
        # Not by an import: what Python has cached of it may be of another edit in the same second.
        exec(compile(source, path, "exec"), module.__dict__)
    except RetraceError:
        _forget(file)
        raise
    except Exception as error:
        _forget(file)
        raise RetraceError(
            f"{SOURCE / file}.py does not run{line_of(error, path)}: {type(error).__name__}: {error}"
        ) from error


def _forget(file: str) -> None:
    del sys.modules[file], _loaded[file]


def line_of(error: Exception, path: Path) -> str:
    """Return where in a file an error arose, such as ``" (line 7)"``; empty if elsewhere."""
    if isinstance(error, SyntaxError):
        return f" (line {error.lineno})"
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).absolute() == path
    ]
    return f" (line {lines[-1]})" if lines else ""
