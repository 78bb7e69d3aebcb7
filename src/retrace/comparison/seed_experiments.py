"""Run the current setting under further seeds, as DVC experiments that leave the workspace alone."""

import hashlib
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from retrace.comparison.seed_runs import SEEDS, Kind, SeedRun, recipe, seed_runs
from retrace.comparison.sides import Side
from retrace.dvc import start_dvc
from retrace.errors import RetraceError
from retrace.git import git

LOGS = Path(".retrace/seeds")

# DVC says this of a stage when the workspace is its old self again.
STAGE_STARTS = "Running stage"

# Lines of DVC's own that say less than what the stage said before them.
WRAPPING = ("ERROR: failed to reproduce", "ERROR: unexpected error")


@dataclass(frozen=True)
class Failure:
    """An experiment that failed: its name, what it said last, and where all of it is."""

    name: str
    said: str
    log: Path


def wanted_seeds(side: Side, kind: Kind, n: int) -> list[int]:
    """Return n seeds: of training the present one and those after it; of splits 0 to n - 1.

    Splits are compared in pairs, so they must be the same whatever the present one is.
    """
    first = side.lock.params[SEEDS[kind]] if kind == "training" else 0
    return list(range(first, first + n))


def run_seeds(side: Side, kind: Kind, seeds: list[int], say: Callable[[str], None]) -> list[Failure]:
    """Run the seeds that have no run yet, one after another.

    Parameters
    ----------
    side : Side
        The workspace, with a finished run.
    kind : str
        ``"training"`` or ``"split"``.
    seeds : list of int
    say : callable
        Is given a line for each seed.

    Returns
    -------
    list of Failure
        The experiments that failed; the others go on.
    """
    there = {run.seed: run for run in seed_runs(side, kind)}
    missing = [seed for seed in seeds if seed not in there]
    for seed in (seed for seed in seeds if seed in there):
        say(f"{SEEDS[kind]} {seed}: {there[seed].name} is there")
    if missing:
        _check_known_to_git(side)
    with _unchanged_workspace():
        found = [_run_seed(side, kind, seed, say) for seed in missing]
    return [failure for failure in found if failure]


def experiment_name(side: Side, kind: Kind, seed: int) -> str:
    """Name an experiment by data, model and seed, and by a hash of all else that it is made from."""
    key = SEEDS[kind]
    digest = hashlib.sha256(json.dumps(recipe(side.lock, key), sort_keys=True).encode()).hexdigest()[:6]
    parts = (side.used["data"], side.used["model"], key.replace(".", "-"), seed, digest)
    return re.sub(r"[^\w-]+", "-", "-".join(str(part) for part in parts))


def finished(side: Side, kind: Kind, seeds: list[int]) -> list[SeedRun]:
    """Return the runs of these seeds that are there."""
    return [run for run in seed_runs(side, kind) if run.seed in seeds]


@contextmanager
def _unchanged_workspace() -> Iterator[None]:
    """For a moment DVC puts uncommitted changes aside: keep a copy, in case it cannot put them back."""
    identity = ("-c", "user.name=retrace", "-c", "user.email=retrace@localhost")
    before, copy = git("diff", "HEAD"), git(*identity, "stash", "create")
    try:
        yield
    finally:
        if git("diff", "HEAD") != before:
            back = f"git checkout . && git stash apply {copy}" if copy else "git checkout ."
            raise RetraceError(f"DVC left the workspace changed: `{back}` brings it back")


def _run_seed(side: Side, kind: Kind, seed: int, say: Callable[[str], None]) -> Failure | None:
    name = experiment_name(side, kind, seed)
    start = time.monotonic()
    failure = _run(name, f"{SEEDS[kind]}={seed}")
    took = f"{time.monotonic() - start:.0f} s"
    say(f"{SEEDS[kind]} {seed}: {name} {'failed' if failure else 'ran'} ({took})")
    return failure


def _run(name: str, override: str) -> Failure | None:
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}.log"
    with log.open("w", encoding="utf-8") as file:
        # In a session of its own: Ctrl-C would else reach DVC while the workspace is put aside.
        process = start_dvc(
            "exp",
            "run",
            "--temp",
            "-S",
            override,
            "--name",
            name,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        status = _wait(process, log)
    return Failure(name, _last_words(log), log) if status else None


def _wait(process: subprocess.Popen[str], log: Path) -> int:
    """Wait for DVC; after Ctrl-C end it, but not before it has put the workspace back."""
    try:
        return process.wait()
    except KeyboardInterrupt:
        while process.poll() is None and STAGE_STARTS not in log.read_text(errors="replace"):
            time.sleep(0.1)
        if process.poll() is None:
            _interrupt(process)
        process.wait()
        raise RetraceError(
            "interrupted: the workspace is as it was, finished seeds are kept, the same command goes on"
        ) from None


def _interrupt(process: subprocess.Popen[str]) -> None:
    if os.name == "nt":
        process.terminate()
    else:
        os.killpg(process.pid, signal.SIGINT)


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    said = [line for line in lines if line and not line.startswith(WRAPPING)]
    errors = [line for line in said if line.lower().startswith("error")]
    return (errors or said or ["it said nothing"])[-1]


def _check_known_to_git(side: Side) -> None:
    """DVC's experiments are made of what Git knows, so a new file would be missing there."""
    untracked = git("ls-files", "--others", "--exclude-standard", "-z").split("\0")
    sources = {path for deps in side.lock.sources.values() for path in deps}
    unknown = [
        name
        for name in untracked
        if name and any(name == path or name.startswith(f"{path}/") for path in sources)
    ]
    if unknown:
        raise RetraceError(
            f"{', '.join(unknown)}: not known to Git, so an experiment would lack it: run"
            f" `git add {' '.join(unknown)}`"
        )
