"""Compare two settings by their runs under several seeds, where both sides have enough of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from retrace.core.artifacts import PREDICTIONS
from retrace.core.errors import ComparisonError
from retrace.evaluation.metrics import scores
from retrace.tools.repository.bases import remote
from retrace.tools.repository.predictions import ROW_HASH, PredictedRows, align, read_rows
from retrace.tools.repository.seed_runs import Kind, SeedRun, seed_runs
from retrace.tools.repository.sides import Side, output_path
from retrace.tools.significance import Comparison, compare_over_seeds, compare_over_splits
from retrace.tools.significance.repeats import MIN_REPEATS
from retrace.tools.significance.serial import shared_memory
from retrace.tools.significance.verdicts import ALPHA

SAME_ROWS = 0.9  # of the test part, in two splits: more tell nothing of other rows
SAME_ROWS_NOTE = (
    "the runs under several split seeds were not used: their test parts are the same rows, as"
    " split.method `fixed` and `time` make them, so they are one split"
)


@dataclass(frozen=True, kw_only=True)
class OverSeeds:
    """What the runs under several seeds say.

    Attributes
    ----------
    comparison : Comparison or None
        None where there are too few runs, or where the seed changes nothing.
    kind : str
        ``"training"`` or ``"split"``.
    seeds : dict
        Under ``"base"`` and ``"other"``, the seeds that have a run.
    notes : tuple of str
        Why runs that are there were not used.
    """

    kind: Kind
    comparison: Comparison | None = None
    seeds: dict[str, list[int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def over_seeds(
    base: Side,
    other: Side,
    metric: str,
    rows: PredictedRows | None,
    tolerance: float | None,
    alpha: float = ALPHA,
) -> OverSeeds:
    """Compare by training seeds; where these decide nothing, by split seeds.

    Parameters
    ----------
    base, other : Side
        Of each the setting counts, and its runs are looked for.
    metric : str
        The metric that both sides have.
    rows : PredictedRows or None
        Those of the base; None where the two sides do not share them.
    tolerance, alpha : float
        As in `retrace.tools.significance.compare_rows`.
    """
    training = over_training_seeds(base, other, metric, rows, tolerance, alpha)
    if training.comparison:
        return training
    split = over_split_seeds(base, other, metric, tolerance, alpha)
    return replace(split, notes=training.notes + split.notes)


def over_training_seeds(
    base: Side,
    other: Side,
    metric: str,
    rows: PredictedRows | None,
    tolerance: float | None,
    alpha: float = ALPHA,
) -> OverSeeds:
    """Compare all training seeds of both sides on the test rows that they share."""
    runs = {"base": seed_runs(base, "training"), "other": seed_runs(other, "training")}
    seeds = {side: [run.seed for run in each] for side, each in runs.items()}
    runs = {side: _enough_of_one(each) for side, each in runs.items()}
    unused = OverSeeds(kind="training", seeds=seeds)
    if rows is None:
        return unused
    if reason := _reason_not_to_use({base.name: runs["base"], other.name: runs["other"]}):
        return replace(unused, notes=(reason,))
    if min(map(len, runs.values())) < MIN_REPEATS:
        return unused
    try:
        was, now = ([align(rows, _rows(run)) for run in each] for each in runs.values())
    except ComparisonError as error:
        return replace(unused, notes=(f"the runs under several seeds were not used: {error}",))
    comparison = compare_over_seeds(
        [each.predictions for each in was],
        [each.predictions for each in now],
        metric,
        groups=rows.units.codes,
        memory=shared_memory(was, now),
        tolerance=tolerance,
        alpha=alpha,
    )
    return replace(unused, comparison=comparison)


def over_split_seeds(
    base: Side, other: Side, metric: str, tolerance: float | None, alpha: float = ALPHA
) -> OverSeeds:
    """Compare the two sides split by split; each pair must have the same test rows."""
    runs = [{run.seed: run for run in seed_runs(side, "split")} for side in (base, other)]
    shared = sorted(runs[0].keys() & runs[1].keys())
    unused = OverSeeds(kind="split", seeds={"base": shared, "other": shared})
    if len(shared) < MIN_REPEATS or all(len(_distinct(list(each.values()))) == 1 for each in runs):
        return unused
    pairs = [(runs[0][seed], runs[1][seed]) for seed in shared]
    try:
        tested = [align(_rows(first), _rows(second)) for first, second in pairs]
    except ComparisonError as error:
        return replace(unused, notes=(f"the runs under several splits were not used: {error}",))
    overlap = mean_overlap([rows.keys[ROW_HASH].to_numpy() for rows in tested])
    if overlap > SAME_ROWS:
        return replace(unused, notes=(SAME_ROWS_NOTE,))
    params = base.lock.params
    n_test = sum(map(len, tested)) / len(tested)
    comparison = compare_over_splits(
        [_score(first, metric) for first, _ in pairs],
        [_score(second, metric) for _, second in pairs],
        metric,
        n_train=round(n_test * params["split.train"] / params["split.test"]),
        n_test=round(n_test),
        overlap=overlap,
        tolerance=tolerance,
        alpha=alpha,
    )
    return replace(unused, comparison=comparison)


def mean_overlap(parts: Sequence[NDArray[np.object_]]) -> float:
    """Return the share of rows that two of these parts have in common, on average over all pairs.

    Parameters
    ----------
    parts : sequence of array of shape (n_samples,)
        What names each row of a part; at least two.
    """
    pairs = [
        np.isin(first, second).mean() for at, first in enumerate(parts) for second in parts[at + 1 :]
    ]
    return float(np.mean(pairs))


def _reason_not_to_use(runs: dict[str, list[SeedRun]]) -> str:
    """Say why training seeds decide nothing; a single run of each side needs no word."""
    counts = {name: len(each) for name, each in runs.items()}
    if min(counts.values()) < MIN_REPEATS:
        if max(counts.values()) == 1:
            return ""
        had = " and ".join(f"`{name}` {count}" for name, count in counts.items())
        return (
            f"runs under other training seeds were not used (found: {had}): each side needs at least"
            f" {MIN_REPEATS}; `retrace seeds {MIN_REPEATS}` makes them"
        )
    if all(len(_distinct(each)) == 1 for each in runs.values()):
        return (
            "neither model depends on the training seed (all runs predict the same): both are"
            " deterministic, so the verdict rests on one run of each"
        )
    return ""


def _enough_of_one(runs: list[SeedRun]) -> list[SeedRun]:
    """Repeat the runs of a model that does not use its seed: any other would be the same."""
    if len(runs) < 2 or len(_distinct(runs)) > 1:
        return runs
    return [*runs, *runs[-1:] * (MIN_REPEATS - len(runs))]


def _distinct(runs: Sequence[SeedRun]) -> set[str]:
    return {run.lock.outs[PREDICTIONS.as_posix()] for run in runs}


def _score(run: SeedRun, metric: str) -> float:
    """Return a score; one that the run's metrics.json lacks follows from its predictions."""
    if metric in run.scores:
        return run.scores[metric]
    return scores(_rows(run).predictions, [metric])[metric]


def _rows(run: SeedRun) -> PredictedRows:
    path = output_path(run.lock, PREDICTIONS)
    if path is None:
        raise ComparisonError(
            f"the predictions of `{run.name}` (seed {run.seed}) are not in DVC's cache: run"
            f" `dvc exp pull {remote()} {run.name}`"
        )
    return read_rows(path, run.name)
