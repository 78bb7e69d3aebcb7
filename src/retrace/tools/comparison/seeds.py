"""Further seeds of the current setting: run as DVC experiments beside the workspace, and summed up."""

import hashlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from retrace.core.artifacts import PREDICTIONS
from retrace.core.errors import ComparisonError, RetraceError
from retrace.evaluation.intervals import Interval
from retrace.evaluation.metrics import LOWER_IS_BETTER, METRICS
from retrace.tools.repository.experiments import (
    Failure,
    check_known_to_git,
    run_experiment,
    unchanged_workspace,
)
from retrace.tools.repository.lock import Values
from retrace.tools.repository.seed_runs import SEEDS, Kind, SeedRun, recipe, seed_runs
from retrace.tools.repository.sides import Side

LOGS = Path(".retrace/seeds")
ONE_SPLIT = ("fixed", "time")  # ways to split whose test rows do not depend on the seed


@dataclass(frozen=True)
class MetricSummary:
    """One metric of the test part over all seeds; the interval is of the mean, at 95 %."""

    name: str
    better: str
    mean: float
    deviation: float
    interval: Interval


def wanted_seeds(side: Side, kind: Kind, n: int) -> list[int]:
    """Return n seeds: of training the present one and those after it; of splits 0 to n - 1.

    Splits are compared in pairs, so they must be the same whatever the present one is.

    Raises
    ------
    ComparisonError
        Every split seed would give the same test rows.
    """
    if (key := SEEDS[kind]) not in side.lock.params:
        raise RetraceError(
            f"dvc.lock names no parameter '{key}', so no stage depends on it: nothing to vary"
        )
    method = side.lock.params.get("split.method")
    if kind == "split" and method in ONE_SPLIT:
        raise ComparisonError(
            f"split.method `{method}` gives the same test rows under every split.seed, so {n} of them"
            f" are one split: vary the training seed instead, `retrace seeds {n}`"
        )
    first = side.lock.params[key] if kind == "training" else 0
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
        Those that are wanted; of those that have a run nothing is run.
    say : callable
        Is given a line for each seed.

    Returns
    -------
    list of Failure
        The experiments that failed; the others go on.
    """
    runs = {run.seed: run for run in seed_runs(side, kind)}
    missing = [seed for seed in seeds if seed not in runs]
    for seed in (seed for seed in seeds if seed in runs):
        say(f"{SEEDS[kind]} {seed}: {runs[seed].name} is there")
    if not missing:
        return []
    check_known_to_git({path for deps in side.lock.sources.values() for path in deps})
    with unchanged_workspace():
        return _run_missing(side, kind, missing, say)


def _run_missing(
    side: Side, kind: Kind, missing: list[int], say: Callable[[str], None]
) -> list[Failure]:
    failures = []
    for place, seed in enumerate(missing, start=1):
        if failure := _run_seed(side, kind, seed, say):
            failures.append(failure)
        runs = seed_runs(side, kind) if kind == "training" and place < len(missing) else []
        if len(runs) > 1 and is_deterministic(runs):
            say(f"the others are not run: {len(runs)} seeds give the same predictions")
            break
    return failures


def experiment_name(side: Side, kind: Kind, seed: int) -> str:
    """Name an experiment by data, model and seed, and by a hash of all else that it is made from."""
    key = SEEDS[kind]
    digest = hashlib.sha256(json.dumps(recipe(side.lock, key), sort_keys=True).encode()).hexdigest()[:6]
    parts = (side.used["data"], side.used["model"], key.replace(".", "-"), seed, digest)
    return re.sub(r"[^\w-]+", "-", "-".join(str(part) for part in parts))


def finished(side: Side, kind: Kind, seeds: list[int]) -> list[SeedRun]:
    """Return the runs of these seeds that are there."""
    return [run for run in seed_runs(side, kind) if run.seed in seeds]


def summarise(runs: list[SeedRun], kind: Kind, params: Values) -> list[MetricSummary]:
    """Summarise each metric of the test part.

    The interval is Student's t over the seeds. Under several splits the training parts overlap, so the
    variance is that of C. Nadeau and Y. Bengio, Machine Learning 52 (2003), 239-281.

    Parameters
    ----------
    runs : list of SeedRun
        At least two.
    kind : str
        ``"training"`` or ``"split"``.
    params : dict
        Those of the runs, for the shares of the split.
    """
    n = len(runs)
    # Parts of different splits overlap, so their scores vary less than those of new data would.
    overlap = params["split.test"] / params["split.train"] if kind == "split" else 0.0
    factor = float(stats.t.ppf(0.975, n - 1)) * np.sqrt(1 / n + overlap)
    summaries = []
    for name in (name for name in runs[0].scores if name != "n"):
        values = np.array([run.scores[name] for run in runs])
        mean, deviation = float(values.mean()), float(values.std(ddof=1))
        least, most = METRICS[name].bounds if name in METRICS else (-np.inf, np.inf)
        interval = Interval(max(least, mean - factor * deviation), min(most, mean + factor * deviation))
        better = "lower" if name in LOWER_IS_BETTER else "higher"
        summaries.append(MetricSummary(name, better, mean, deviation, interval))
    return summaries


def is_deterministic(runs: list[SeedRun]) -> bool:
    """Tell whether all runs predict the same, byte for byte."""
    return len({run.lock.outs[PREDICTIONS.as_posix()] for run in runs}) == 1


def _run_seed(side: Side, kind: Kind, seed: int, say: Callable[[str], None]) -> Failure | None:
    name = experiment_name(side, kind, seed)
    start = time.monotonic()
    failure = run_experiment(
        name, [f"{SEEDS[kind]}={seed}"], LOGS / f"{name}.log", kept="finished seeds are kept"
    )
    took = f"{time.monotonic() - start:.0f} s"
    say(f"{SEEDS[kind]} {seed}: {name} {'failed' if failure else 'ran'} ({took})")
    return failure
