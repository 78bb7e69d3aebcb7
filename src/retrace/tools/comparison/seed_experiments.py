"""Run the current setting under further seeds, as DVC experiments that leave the workspace alone."""

import hashlib
import json
import re
import time
from collections.abc import Callable
from pathlib import Path

from retrace.tools.repository.experiments import (
    Failure,
    check_known_to_git,
    run_experiment,
    unchanged_workspace,
)
from retrace.tools.repository.seed_runs import SEEDS, Kind, SeedRun, recipe, seed_runs
from retrace.tools.repository.sides import Side

LOGS = Path(".retrace/seeds")


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
        check_known_to_git({path for deps in side.lock.sources.values() for path in deps})
    with unchanged_workspace():
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


def _run_seed(side: Side, kind: Kind, seed: int, say: Callable[[str], None]) -> Failure | None:
    name = experiment_name(side, kind, seed)
    start = time.monotonic()
    failure = run_experiment(
        name, [f"{SEEDS[kind]}={seed}"], LOGS / f"{name}.log", kept="finished seeds are kept"
    )
    took = f"{time.monotonic() - start:.0f} s"
    say(f"{SEEDS[kind]} {seed}: {name} {'failed' if failure else 'ran'} ({took})")
    return failure
