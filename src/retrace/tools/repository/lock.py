"""What dvc.lock says that the outputs are, and whether they are it."""

from dataclasses import dataclass
from pathlib import Path

from retrace.core.artifacts import file_md5
from retrace.core.checked_yaml import load_yaml

LOCK = Path("dvc.lock")


@dataclass(frozen=True)
class Output:
    """One output of one stage, as dvc.lock has it; the MD5 of a folder ends in ``.dir``."""

    stage: str
    path: str
    md5: str


def locked_outputs(lock: Path = LOCK) -> list[Output]:
    """Return all outputs in the order of dvc.lock; none where there is no such file yet."""
    if not lock.exists():
        return []
    return [
        Output(stage, out["path"], out["md5"])
        for stage, entry in load_yaml(lock).get("stages", {}).items()
        for out in entry.get("outs", [])
    ]


def differing_outputs(first: list[Output], second: list[Output]) -> list[Output]:
    """Return those of the first list that the second does not have with the same content."""
    return [output for output in first if output not in second]


def is_in_place(output: Output, folder: Path = Path()) -> bool:
    """Tell whether a file has the content that dvc.lock says; of a folder, whether it is there."""
    path = folder / output.path
    if output.md5.endswith(".dir"):
        return path.is_dir()
    return path.is_file() and file_md5(path) == output.md5
