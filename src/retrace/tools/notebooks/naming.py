"""The name of a notebook in, that of its script out."""

import re
import sys
from importlib.machinery import PathFinder
from pathlib import Path

from retrace.core.errors import RetraceError

SCRIPTS = Path("src")

STAGE = re.compile(r"[\w-]+")


def script_of(notebook: Path) -> Path:
    """Return where a notebook's script is: ``src/tokenize_text.py`` of ``02_Tokenize text.ipynb``.

    Raises
    ------
    RetraceError
        Another module has the name.
    """
    # DVC's overrides read no key that begins with a digit.
    name = re.sub(r"\W+", "_", notebook.stem, flags=re.ASCII).lower().lstrip("0123456789_")
    if not name:
        raise RetraceError(f"{notebook}: its name has no letter from a to z: rename it")
    place = "Python" if name in sys.stdlib_module_names else "an installed package"
    if place == "Python" or _is_installed(name):
        raise RetraceError(
            f"{notebook}: src/{name}.py would stand before the module `{name}` of {place}: rename the"
            " notebook"
        )
    return SCRIPTS / f"{name}.py"


def _is_installed(name: str) -> bool:
    own = {Path.cwd(), Path.cwd() / SCRIPTS}
    elsewhere = [place for place in sys.path if place and Path(place) not in own]
    return PathFinder.find_spec(name, elsewhere) is not None


def from_top(notebook: Path) -> Path:
    """Return a notebook's path from the project's top folder, which commands stand in.

    Raises
    ------
    RetraceError
        It lies elsewhere, or no project is here.
    """
    if not Path(".dvc").is_dir():
        raise RetraceError(f"{Path.cwd()} is no DVC repository's top folder: `dvc init` makes one")
    path = notebook.absolute().resolve()
    if not path.is_relative_to(Path.cwd().resolve()):
        raise RetraceError(f"{notebook} lies outside of the project: bring it into {Path.cwd()}")
    return path.relative_to(Path.cwd().resolve())


def check_stage_name(name: str) -> None:
    """Raise an error of a name that no stage may have."""
    if not STAGE.fullmatch(name):
        raise RetraceError(f"--name {name}: should be letters, digits, `_` and `-`")
