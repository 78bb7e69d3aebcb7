"""Would another process compute the same bits? Its code and libraries, and where they differ."""

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import retrace
from retrace.models.provenance import LIBRARIES

PACKAGE = Path(retrace.__file__).parent


def describe() -> dict[str, str]:
    """Return what decides over bits: Python, the libraries that compute, and this package's code.

    Returns
    -------
    dict
        Such as ``{"retrace": "1f0c...", "Python": "3.12", "torch": "2.13.0", ...}``.
    """
    python = ".".join(platform.python_version_tuple()[:2])
    return {"retrace": _code_hash(), "Python": python} | {
        package: _version(package) for package in LIBRARIES.values()
    }


def differences(ours: dict[str, str], theirs: dict[str, str]) -> str:
    """Name what differs: ``"torch 2.12.0 (here 2.13.0)"``; empty where nothing does."""
    return ", ".join(
        f"{name} {theirs.get(name, 'missing')} (here {here})"
        for name, here in ours.items()
        if theirs.get(name) != here
    )


def _version(package: str) -> str:
    try:
        return version(package).partition("+")[0]  # +cpu and +cu128 are the same source
    except PackageNotFoundError:
        return "missing"


def _code_hash() -> str:
    digest = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("*.py")):
        digest.update(file.relative_to(PACKAGE).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]
