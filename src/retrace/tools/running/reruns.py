"""Can the model be made again? The pipeline runs from nothing, in folders of its own, and we compare.

Each run has its own path and its own PYTHONHASHSEED, so an output that depends on either is found.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from retrace.core.artifacts import ENVIRONMENT, METRICS_JSON
from retrace.core.errors import RetraceError
from retrace.tools.repository.asking_git import ask_git, decoded
from retrace.tools.repository.dvc import run_dvc
from retrace.tools.repository.lock import (
    LOCK,
    Lock,
    Output,
    differing_outputs,
    locked_outputs,
    read_lock,
)

# Where nothing is pinned (native instructions, a GPU) the last bits differ between machines, and so does
# what a training makes of them: docs/reproducibility.md has the largest difference that was measured.
TOLERANCE = 0.05


@dataclass(frozen=True, kw_only=True)
class PipelineRun:
    """A run of the whole pipeline in a folder of its own."""

    folder: Path

    @property
    def outputs(self) -> list[Output]:
        """All outputs, as the run's own dvc.lock has them."""
        return locked_outputs(self.folder / LOCK)

    @property
    def metrics(self) -> dict[str, dict[str, float]]:
        """The contents of metrics.json."""
        return json.loads((self.folder / METRICS_JSON).read_text())


def copy_workspace(target: Path, source: Path = Path()) -> Path:
    """Copy what a clone would hold, uncommitted changes included, and the data that Git ignores.

    The copy has no Git history, no outputs and no dvc.lock, so nothing can be taken from an earlier run.
    """
    files = _list_files(source, "--cached", "--others")
    files += _list_files(source, "--others", "--ignored", "data")  # what is under DVC, above all
    for file in files:
        if file != LOCK and (source / file).is_file():
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / file, target / file)
    (target / ".dvc/config.local").write_text("[core]\n    no_scm = true\n")
    return target


def _list_files(source: Path, *options: str) -> list[Path]:
    run = ask_git("ls-files", "-z", "--exclude-standard", *options, folder=source)
    if run.returncode:
        raise RetraceError(f"{source.absolute()}: {decoded(run.stderr)}")
    return [Path(name) for name in decoded(run.stdout).split("\0") if name]


def rerun(folder: Path, environment: Mapping[str, str] | None = None) -> PipelineRun:
    """Run the pipeline in a copy.

    Raises
    ------
    RetraceError
        A stage failed; the message ends with what it said.
    """
    own = {"PYTHONPATH": str(folder / "src")}
    run = run_dvc("repro", "--force", cwd=folder, capture_output=True, env=own | dict(environment or {}))
    if run.returncode:
        last_lines = (run.stderr or run.stdout).strip().splitlines()[-3:]
        raise RetraceError(f"the pipeline does not run in {folder}: {' / '.join(last_lines)}")
    return PipelineRun(folder=folder)


def compare_runs(first: PipelineRun, second: PipelineRun) -> list[str]:
    """Name the outputs of two runs that differ, as ``"train: cache/model.joblib"``."""
    return [
        f"{output.stage}: {output.path}" for output in differing_outputs(first.outputs, second.outputs)
    ]


def compare_with_lock(run: PipelineRun, source: Path = Path()) -> tuple[list[str], str]:
    """Compare a run with the run that dvc.lock records.

    Returns
    -------
    differences : list of str
        What should be the same and is not.
    how : str
        What was compared: bytes where both have portable instructions and the same versions, or the
        same machine; else metrics; or nothing where dvc.lock is of other code, data or params.
    """
    lock, known = read_lock(run.folder / LOCK), read_lock(source / LOCK)
    stale = [stage for stage in lock.stages if _inputs(lock, stage) != _inputs(known, stage)]
    if stale:
        return [], f"not with dvc.lock, which is of other code, data or params ({', '.join(stale)})"
    recorded = PipelineRun(folder=source)
    machine = [output for output in recorded.outputs if output.path == str(ENVIRONMENT)]
    if not differing_outputs(machine, run.outputs):
        return compare_runs(recorded, run), "with dvc.lock, byte by byte"
    largest = largest_metric_difference(recorded, run)
    how = f"with metrics.json, of another machine or versions (largest difference {largest:.4f})"
    return ([f"report: {METRICS_JSON}"] if largest > TOLERANCE else []), how


def largest_metric_difference(first: PipelineRun, second: PipelineRun) -> float:
    """Return the largest absolute difference of any metric but the log loss, which has no scale."""
    return max(
        abs(value - second.metrics[part][name])
        for part, metrics in first.metrics.items()
        for name, value in metrics.items()
        if name not in {"n", "log_loss"}
    )


def hash_seeds(n_runs: int) -> list[dict[str, str]]:
    """Return a different PYTHONHASHSEED for each run, as environment variables."""
    return [{"PYTHONHASHSEED": str(1000 * position)} for position in range(n_runs)]


def _inputs(lock: Lock, stage: str) -> tuple[object, object]:
    """Return what a stage was made from, less what other stages made; of an unknown stage, nothing."""
    return lock.sources.get(stage), lock.params_of(stage)
