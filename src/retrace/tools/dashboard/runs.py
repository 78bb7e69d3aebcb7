"""Which runs there are, and what DVC says of each: params, metrics, outputs, state."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any

from retrace.core.artifacts import VALIDATION
from retrace.core.checked_yaml import flatten
from retrace.tools.repository.bases import CUSTOMARY
from retrace.tools.repository.dvc import cached_file
from retrace.tools.repository.lock import is_md5

WORKSPACE = "workspace"

# dvc.yaml's rule: a run depends on the hyperparameters of its own model only.
MODELS = "models."

LARGEST = 1e300  # of a score


@dataclass(frozen=True, kw_only=True)
class Run:
    """One commit, experiment or workspace.

    Attributes
    ----------
    revision : str
        The full hash of its commit, or ``"workspace"``; of a queued run, that of its stash.
    branches, tags : tuple of str
        What points to its commit.
    experiment : str
        The name that DVC gave it; empty for a commit of a branch.
    same_experiments, same_revisions : tuple of str
        What else holds this very run, as `same_run_once` found.
    started_from : str
        The commit that an experiment started from.
    state : str
        ``"done"``, ``"no metrics"``, ``"failed"``, ``"queued"`` or ``"running"``.
    note : str
        What went wrong, if something did.
    time : datetime or None
        When it was committed, or made.
    params : dict
        By full name, such as ``"models.svm.C"``; those of other models than the run's own are left out.
    metrics : dict
        By full name, such as ``"validation.accuracy"``.
    hashes : dict of str to str
        What dvc.lock says that each output is.
    files : dict of str to Path
        Where DVC's cache has the outputs that were pulled.
    """

    revision: str
    branches: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    experiment: str = ""
    same_experiments: tuple[str, ...] = ()
    same_revisions: tuple[str, ...] = ()
    started_from: str = ""
    state: str = "done"
    note: str = ""
    time: datetime | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What a person calls it."""
        names = (self.experiment, *self.branches, *self.tags)
        return next(filter(None, names), self.revision[:7] if self.is_commit else self.revision)

    @property
    def is_commit(self) -> bool:
        """Whether its files are in a commit, so that `retrace compare` can name it."""
        return self.revision != WORKSPACE

    def shares_rows_with(self, other: "Run") -> bool:
        """Tell without predictions whether the validation parts are the same, by dvc.lock."""
        part = VALIDATION.as_posix()
        return part in self.hashes and self.hashes[part] == other.hashes.get(part)

    def lacks(self, output: Path) -> bool:
        """Whether an output that it made is not in DVC's cache."""
        return output.as_posix() in self.hashes and output.as_posix() not in self.files

    @property
    def has_scores(self) -> bool:
        """Whether it ran to its end and was scored on a validation part."""
        return self.state == "done" and any(key.startswith("validation.") for key in self.metrics)


def run_from(state: Any) -> Run:
    """Make a `Run` of what DVC collected of one revision.

    Parameters
    ----------
    state : dvc.repo.experiments.serialize.ExpState
        What DVC collected.
    """
    data = state.data
    if data is None:
        note = _one_line(state.error.msg) if state.error else ""
        return Run(revision=state.rev, state="no metrics", note=note)
    metrics = {key: value for key, value in _values(data.metrics).items() if _is_score(value)}
    errors = [
        file["error"] for file in (*data.params.values(), *data.metrics.values()) if "error" in file
    ]
    # A commit may be anybody's, and a hash becomes a path.
    hashes = {path: out.hash for path, out in data.outs.items() if is_md5(out.hash)}
    return Run(
        revision=state.rev,
        state="done" if metrics else "no metrics",
        note=_one_line("; ".join(dict.fromkeys(map(_problem, errors)))),
        time=data.timestamp,
        params=_own_params(_values(data.params)),
        metrics=metrics,
        hashes=hashes,
        files={path: file for path, md5 in hashes.items() if (file := cached_file(md5)).exists()},
    )


def unfinished(run: Run, executor: str, note: str) -> Run:
    """Mark a run that is queued, running or failed.

    DVC shows what the commit that it started from had: metrics and outputs of another run.
    """
    return replace(run, state=executor, note=note, metrics={}, hashes={}, files={})


def merged(runs: Iterable[Run]) -> list[Run]:
    """Join runs of the same revision: an experiment that became a branch is one run with two names."""
    by_revision: dict[str, Run] = {}
    for run in runs:
        known = by_revision.get(run.revision)
        if known is not None:
            experiment = known.experiment or run.experiment
            started_from = known.started_from or run.started_from
            run = replace(known, experiment=experiment, started_from=started_from)
        by_revision[run.revision] = run
    return list(by_revision.values())


def same_run_once(runs: Iterable[Run]) -> list[Run]:
    """Join runs with the same params, metrics and outputs: a run that several commits hold is one row.

    Its name is that of a main branch, else of another branch, a tag, an experiment, a commit.
    """
    same: dict[str, list[Run]] = {}
    for run in runs:
        known = json.dumps([run.params, run.metrics, run.hashes], sort_keys=True, default=str)
        same.setdefault(known if run.has_scores and run.hashes else run.revision, []).append(run)
    return [_joined(each) if len(each) > 1 else each[0] for each in same.values()]


def _joined(runs: list[Run]) -> Run:
    def importance(run: Run) -> tuple[bool, ...]:
        main = any(name in CUSTOMARY for name in run.branches)
        return (not main, not run.branches, not run.tags, not run.experiment, not run.is_commit)

    first, *rest = sorted(runs, key=importance)
    return replace(
        first,
        branches=tuple(name for run in (first, *rest) for name in run.branches),
        tags=tuple(name for run in (first, *rest) for name in run.tags),
        same_experiments=tuple(run.experiment for run in rest if run.experiment),
        same_revisions=tuple(run.revision for run in rest),
    )


def _values(files: Mapping[str, Any]) -> dict[str, Any]:
    """Join the params or metrics of several files; those of the usual file keep their short names."""
    flat: dict[str, Any] = {}
    for path, content in files.items():
        values = content.get("data")
        if isinstance(values, Mapping):
            usual = path in {"params.yaml", "metrics.json"}
            flat |= flatten(values, "" if usual else f"{path}:")
    return {_shown(key): _shown(value) for key, value in flat.items()}


def _own_params(params: dict[str, Any]) -> dict[str, Any]:
    own = f"{MODELS}{params.get('model')}."
    return {
        key: value for key, value in params.items() if not key.startswith(MODELS) or key.startswith(own)
    }


def _is_score(value: object) -> bool:
    # Compared, not converted: a whole number may be larger than any float.
    return type(value) in {int, float} and -LARGEST < value < LARGEST  # type: ignore[operator]


def _shown(value: Any) -> Any:
    """Return a value that a page can hold: YAML may name infinity, a date, half a character."""
    if isinstance(value, Mapping):
        return {_shown(str(key)): _shown(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    if value is None or isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return value
    return str(value).encode("utf-8", "backslashreplace").decode()


def _problem(error: Any) -> str:
    return str(error.get("msg") or error.get("type")) if isinstance(error, Mapping) else str(error)


def _one_line(text: str) -> str:
    return " ".join(text.split())
