"""What is installed, against what is pinned."""

from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

# What the pipeline runs with; torch stands apart, since its builds have no hash that holds everywhere.
PINNED = (Path("requirements.txt"), Path("requirements-torch.txt"), Path("requirements-retrace.txt"))


def unmet(files: Sequence[Path] = PINNED) -> list[str]:
    """Compare what is installed with what is pinned in those of the files that are here.

    Returns
    -------
    list of str
        Such as ``"numpy 2.4.5 (==2.4.6 is pinned)"``. A build label such as ``+cpu`` is left out: the
        machine chooses it.
    """
    mismatches = []
    for pinned in (each for path in files if path.is_file() for each in _requirements(path)):
        installed = _installed(pinned.name)
        if pinned.marker is not None and not pinned.marker.evaluate():
            continue
        if installed is None or not any(
            pinned.specifier.contains(each, prereleases=True)
            for each in (installed, installed.split("+")[0])
        ):
            mismatches.append(
                f"{pinned.name} {installed or 'is missing'} ({pinned.specifier} is pinned)"
            )
    return mismatches


def _requirements(path: Path) -> Iterator[Requirement]:
    for line in path.read_text("utf-8").splitlines():
        # A pin's hashes stand on lines of their own, each but the last ending in a backslash.
        requirement = line.split("#")[0].rstrip("\\ ").strip()
        # A wheel that the project keeps is named by its path.
        if requirement and not requirement.startswith(("-", "./")):
            yield Requirement(requirement)


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
