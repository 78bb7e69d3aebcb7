"""Some of the project's source files in, one short hash of them out."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import retrace

PACKAGE = Path(retrace.__file__).absolute().parent


def code_hash(files: Iterable[Path], root: Path = PACKAGE) -> str:
    """Return 16 hexadecimal digits that change with the name and with every byte of each file.

    Parameters
    ----------
    files : iterable of Path
        In any order, each of them under ``root``; the hash is that of all.
    root : Path
        Names count from here, so that two clones of one commit agree.
    """
    digest = hashlib.sha256()
    # Hidden files are no sources: an editor's lock (.#name.py) is a link to nothing.
    for file in sorted({file.absolute() for file in files if not file.name.startswith(".")}):
        digest.update(file.relative_to(root).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
