"""What the last `retrace repro` took: noted beside the outputs, never in one; true of one dvc.lock."""

import contextlib
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from retrace.core.artifacts import save_json
from retrace.core.errors import ArtifactError
from retrace.core.machine import describe_machine
from retrace.tools.repository.lock import LOCK, Output, differing_outputs, locked_outputs

RECORD = Path(".retrace/last_run.json")


@dataclass(frozen=True)
class LastRun:
    """How long it took, the stages that made other outputs than before, and the machine."""

    seconds: float
    stages: tuple[str, ...]
    machine: str = ""


def note_run(seconds: float, before: list[Output]) -> None:
    """Note a run that ended well.

    A run that found nothing to do leaves the note of the one that made the present dvc.lock.

    Parameters
    ----------
    before : list of Output
        What dvc.lock named before the run.
    """
    new = differing_outputs(locked_outputs(), before)
    if not new and last_run() is not None:
        return
    stages = list(dict.fromkeys(output.stage for output in new))
    # A duration is worth no failure.
    with contextlib.suppress(ArtifactError):
        save_json(
            {
                "dvc.lock": lock_hash(),
                "seconds": round(seconds, 1),
                "stages": stages,
                "machine": describe_machine(),
            },
            RECORD,
        )


def last_run() -> LastRun | None:
    """Return the run that made the present dvc.lock here; None where there is no note of it."""
    try:
        noted = json.loads(RECORD.read_bytes())
        if noted["dvc.lock"] != lock_hash():
            return None
        stages = tuple(map(str, noted["stages"]))
        return LastRun(float(noted["seconds"]), stages, str(noted.get("machine", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def lock_hash() -> str:
    """Return what dvc.lock is named by where a person looks."""
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
