"""That a machine made the outputs again: a statement in the layout of in-toto, which others' tools read.

Its predicate is SLSA's provenance (https://slsa.dev/spec/v1.0/provenance); fields of our own begin with
``retrace_``, as SLSA asks of extensions.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from retrace.core.artifacts import save_json
from retrace.core.errors import RetraceError
from retrace.core.instructions import instructions_in_effect
from retrace.core.machine import describe_machine
from retrace.tools.repository.lock import LOCK, Output, read_lock
from retrace.tools.running.pairs import versions

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD = "https://dvc.org/doc/command-reference/repro"


def write_statement(path: Path, outputs: Sequence[Output], result: str) -> None:
    """Write what was made again, from what, where, and how it compares with dvc.lock.

    Parameters
    ----------
    outputs : sequence of Output
        Of the run that was made for the statement.
    result : str
        Such as ``"with dvc.lock, byte by byte"``.
    """
    subjects = [{"name": str(LOCK), "digest": {"sha256": _lock_sha256()}}]
    subjects += [_resource(output.path, output.md5) for output in outputs]
    save_json(
        {
            "_type": TYPE,
            "subject": subjects,
            "predicateType": PREDICATE,
            "predicate": {"buildDefinition": _definition(), "runDetails": _details(result)},
        },
        path,
    )


def check_statement(path: Path) -> str:
    """Tell whether a statement is of the dvc.lock here; who signed it is ``ssh-keygen -Y verify``'s.

    Raises
    ------
    RetraceError
        It is no such statement, or of another dvc.lock, or of outputs with other bytes.
    """
    subjects, made = _read(path)
    if subjects.get(str(LOCK)) != _lock_sha256():
        raise RetraceError(f"{path} is of another {LOCK}: check out the commit that it was written for")
    ours = read_lock().outs
    different = [name for name, md5 in ours.items() if subjects.get(name) != md5.removesuffix(".dir")]
    if different:
        raise RetraceError(
            f"{path}: that run started from this {LOCK} and made other bytes of {', '.join(different)}"
        )
    return f"{path} fits {LOCK}: all {len(ours)} outputs were made again, byte by byte, {made}"


def _definition() -> dict[str, Any]:
    lock = read_lock()
    read = {path: md5 for deps in lock.sources.values() for path, md5 in deps.items()}
    return {
        "buildType": BUILD,
        "externalParameters": lock.params,
        "internalParameters": {"instructions": instructions_in_effect()},
        "resolvedDependencies": [_resource(path, md5) for path, md5 in sorted(read.items())],
    }


def _details(result: str) -> dict[str, Any]:
    return {
        "builder": {"id": "https://dvc.org", "version": versions()},
        "metadata": {
            "finishedOn": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "retrace_machine": describe_machine(),
            "retrace_compared": result,
        },
    }


def _resource(name: str, md5: str) -> dict[str, Any]:
    """Name a file, or a folder by the MD5 of DVC's listing of it."""
    digest = {"md5": md5.removesuffix(".dir")}
    listing = {"annotations": {"dvc": "folder"}} if md5.endswith(".dir") else {}
    return {"name": name, "digest": digest} | listing


def _read(path: Path) -> tuple[dict[str, str], str]:
    """Return the digest of each subject, and when and where it was made."""
    try:
        statement = json.loads(path.read_text(encoding="utf-8"))
        subjects = {each["name"]: next(iter(each["digest"].values())) for each in statement["subject"]}
        details = statement["predicate"]["runDetails"]
        when, where = details["metadata"]["finishedOn"], details["metadata"]["retrace_machine"]
    except OSError as error:
        raise RetraceError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise RetraceError(
            f"{path} is no statement of `retrace verify --statement`: ask its author for the whole file"
        ) from error
    return subjects, f"{when} on {where}"


def _lock_sha256() -> str:
    try:
        return hashlib.sha256(LOCK.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise RetraceError(
            f"{LOCK} is not here: run from the top folder of a clone with a run"
        ) from None
