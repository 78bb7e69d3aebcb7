"""One finished run in, all that MLflow shall know of it out; MLflow itself is not needed for that."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from retrace.core.artifacts import ENVIRONMENT, HISTORY, METRICS_JSON, MODEL, REPORT_MD
from retrace.models.callbacks import Checkpoint
from retrace.tools.repository.git import Tree, git, has_changes
from retrace.tools.repository.lock import LOCK, Lock
from retrace.tools.repository.outputs import files_here
from retrace.tools.repository.sides import Side

# By these a run is known again: one run of MLflow's for each dvc.lock, whatever names its commits have.
KEY, MISSING, KIND = "retrace.lock", "retrace.missing", "retrace.kind"

# Of which training a run is, and its kind while that goes on (live.py).
TRAINING, LIVE = "retrace.training", "live"

Curves = list[tuple[str, int, float]]

IN_GIT = ("params.yaml", "dvc.yaml", str(LOCK), str(METRICS_JSON), REPORT_MD.as_posix())

# A row of report.md's first table: | accuracy | higher is better | 0.9955 | 0.9839 to 0.9988 | 0.9963 |
ROW = re.compile(r"^\| (\w+) \| (?:higher|lower) is better \| [^|]+ \| ([^|]+?) \|", re.MULTILINE)

LONGEST = 5000  # of a value; MLflow refuses longer ones


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is logged of one run.

    Attributes
    ----------
    key : str
        By which it is known again.
    name : str
        What a person calls it.
    began, ended : int
        Milliseconds since 1970; fixed for a run, so that the same metric is never logged twice.
    curves : list of (str, int, float)
        Name, step and value.
    files : dict
        By their names, beside the run.
    missing : tuple of str
        Outputs that are not on this machine.
    """

    key: str
    name: str
    began: int
    ended: int
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    curves: Curves = field(default_factory=list)
    tags: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Path | bytes] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def key_of(lock: bytes) -> str:
    """Return what a run is known by: the hash of its dvc.lock."""
    return hashlib.sha256(lock).hexdigest()


def record_of(side: Side, name: str, model_url: str, verdict: Mapping[str, str]) -> Record:
    """Gather what is known of a finished run.

    Parameters
    ----------
    side : Side
        The run.
    name : str
        What a person calls it.
    model_url : str
        Where the DVC remote has, or would have, the model; empty without a remote.
    verdict : mapping
        Tags of what it is against its base.
    """
    in_git = side.tree.read(IN_GIT)
    outs = {path: files_here(side.lock, path) for path in _reported(side.lock)}
    files = {name: file for each in outs.values() for name, file in each.items()}
    missing = tuple(path for path, stored in outs.items() if not stored)
    seconds = int(git("show", "-s", "--format=%ct", side.tree.commit) or 0)
    return Record(
        key=key_of(in_git[str(LOCK)]),
        name=name,
        began=seconds * 1000,
        ended=seconds * 1000,
        params={key: as_text(value) for key, value in side.used.items()},
        metrics=dict(_metrics(side)),
        curves=read_curves(files.get(HISTORY.as_posix())),
        tags=_tags(side, in_git, model_url) | dict(verdict) | {MISSING: ", ".join(missing)},
        files={**files, **in_git},
        missing=missing,
    )


def origin(tree: Tree) -> dict[str, str]:
    """Return the tags of where a run is found; a run of the workspace may be committed later."""
    changed = tree.kind == "workspace" and has_changes()
    return {
        "mlflow.source.name": "dvc.yaml",
        "mlflow.source.type": "PROJECT",
        "mlflow.source.git.commit": tree.commit,
        KIND: f"{tree.kind}{' with uncommitted changes' if changed else ''}",
    }


def _reported(lock: Lock) -> list[str]:
    return [
        path
        for path in lock.outs
        if path.startswith(f"{REPORT_MD.parent}/") and path != REPORT_MD.as_posix()
    ]


def _metrics(side: Side) -> Iterator[tuple[str, float]]:
    for part, values in side.metrics.items():
        yield from ((f"{part}.{name}", value) for name, value in values.items())


def read_curves(history: Path | None) -> Curves:
    """Return each value of each epoch; a model without epochs has none."""
    import pandas as pd

    if history is None:
        return []
    try:
        table = pd.read_csv(BytesIO(history.read_bytes()))
    except pd.errors.EmptyDataError:
        return []
    numbers = table.select_dtypes("number").drop(columns="epoch", errors="ignore")
    steps = table.get("epoch", table.index)
    return [
        (str(name), int(step), float(value))
        for name in numbers
        for step, value in zip(steps, numbers[name], strict=True)
        if value == value
    ]


def training_key(environment: bytes) -> str:
    """Return what the checkpoint of a training was called, from its cache/environment.json."""
    return Checkpoint(json.loads(environment)).path.stem


def _tags(side: Side, in_git: Mapping[str, bytes], model_url: str) -> dict[str, str]:
    lock = side.lock
    data = {path: md5 for path, md5 in _data(lock).items() if md5}
    report = in_git.get(REPORT_MD.as_posix(), b"").decode("utf-8", "replace")
    tags = {f"test.{name}.interval": text for name, text in ROW.findall(report)}
    tags |= {"data.md5": next(iter(data.values()), ""), "data.files": as_text(data)}
    tags |= {"model.md5": lock.outs.get(MODEL.as_posix(), ""), "model.url": model_url}
    tags |= {"retrace.notes": " ".join(side.notes), TRAINING: _training(lock)} | origin(side.tree)
    return {name: value[:LONGEST] for name, value in tags.items() if value}


def _training(lock: Lock) -> str:
    path = ENVIRONMENT.as_posix()
    files = files_here(lock, path) if path in lock.outs else {}
    return training_key(files[path].read_bytes()) if files else ""


def _data(lock: Lock) -> dict[str, str]:
    """Return the hash of what the first stage read of data/."""
    read = next(iter(lock.sources.values()), {})
    return {path: md5 for path, md5 in read.items() if path.startswith("data/")}


def as_text(value: Any) -> str:
    """Return a value of params as MLflow keeps it."""
    return (value if isinstance(value, str) else json.dumps(value, default=str))[:LONGEST]
