"""What is installed, against what is pinned."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement


def unmet(requirements: Path = Path("requirements.txt")) -> list[str]:
    """Compare what is installed with what is pinned.

    Returns
    -------
    list of str
        Such as ``"numpy 2.4.5 (==2.4.6 is pinned)"``. A build label such as ``+cpu`` is left out: the
        machine chooses it.
    """
    lines = [line.split("#")[0].strip() for line in requirements.read_text("utf-8").splitlines()]
    found = []
    for pinned in [Requirement(line) for line in lines if line and not line.startswith("-")]:
        installed = _installed(pinned.name)
        if pinned.marker is not None and not pinned.marker.evaluate():
            continue
        if installed is None or not pinned.specifier.contains(installed.split("+")[0], prereleases=True):
            found.append(f"{pinned.name} {installed or 'is missing'} ({pinned.specifier} is pinned)")
    return found


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
