"""Compare two settings by their runs under several seeds, where both sides have enough of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from retrace.core.artifacts import PREDICTIONS
from retrace.core.errors import ComparisonError
from retrace.tools.repository.predictions import TestRows, align, read_test_rows
from retrace.tools.repository.seed_runs import Kind, SeedRun, seed_runs
from retrace.tools.repository.sides import Side, output_path
from retrace.tools.significance import Comparison, compare_over_seeds, compare_over_splits

MIN_SEEDS = 5


@dataclass(kw_only=True)
class OverSeeds:
    """What the runs under several seeds say.

    Attributes
    ----------
    comparison : Comparison or None
        None where there are too few runs, or where the seed changes nothing.
    kind : str
        ``"training"`` or ``"split"``.
    seeds : dict
        Under ``"base"`` and ``"other"``, the seeds that were found.
    notes : list of str
    """

    kind: Kind
    comparison: Comparison | None = None
    seeds: dict[str, list[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def over_training_seeds(
    base: Side, other: Side, metric: str, rows: TestRows | None, tolerance: float | None
) -> OverSeeds:
    """Compare all training seeds of both sides on the test rows that they share.

    Parameters
    ----------
    base, other : Side
    metric : str
    rows : TestRows or None
        Those of the base; None where the two sides do not share them.
    tolerance : float or None
    """
    runs = {"base": seed_runs(base, "training"), "other": seed_runs(other, "training")}
    found = OverSeeds(
        kind="training", seeds={side: [run.seed for run in each] for side, each in runs.items()}
    )
    if rows is None or not _enough(found, base, other):
        return found
    if all(len(_distinct(each)) == 1 for each in runs.values()):
        found.notes.append(
            "neither model depends on the training seed (all runs predict the same): both are"
            " deterministic, so the verdict rests on one run of each"
        )
        return found
    try:
        sides = [[align(rows, _rows(run)).predictions for run in each] for each in runs.values()]
    except ComparisonError as error:
        found.notes.append(f"the runs under several seeds were not used: {error}")
        return found
    found.comparison = compare_over_seeds(
        sides[0], sides[1], metric, groups=rows.groups, tolerance=tolerance
    )
    return found


def over_split_seeds(base: Side, other: Side, metric: str, tolerance: float | None) -> OverSeeds:
    """Compare the two sides split by split; each pair must have the same test rows."""
    runs = [{run.seed: run for run in seed_runs(side, "split")} for side in (base, other)]
    shared = sorted(runs[0].keys() & runs[1].keys())
    found = OverSeeds(kind="split", seeds={"base": shared, "other": shared})
    if len(shared) < MIN_SEEDS or all(len(_distinct(list(each.values()))) == 1 for each in runs):
        return found
    pairs = [(runs[0][seed], runs[1][seed]) for seed in shared]
    try:
        sizes = [len(align(_rows(first), _rows(second))) for first, second in pairs]
    except ComparisonError as error:
        found.notes.append(f"the runs under several splits were not used: {error}")
        return found
    params = base.lock.params
    n_test = sum(sizes) / len(sizes)
    found.comparison = compare_over_splits(
        [first.scores[metric] for first, _ in pairs],
        [second.scores[metric] for _, second in pairs],
        metric,
        n_train=round(n_test * params["split.train"] / params["split.test"]),
        n_test=round(n_test),
        tolerance=tolerance,
    )
    return found


def _enough(found: OverSeeds, base: Side, other: Side) -> bool:
    counts = {side.name: len(found.seeds[key]) for key, side in (("base", base), ("other", other))}
    if min(counts.values()) >= MIN_SEEDS:
        return True
    if max(counts.values()) > 1:
        had = " and ".join(f"`{name}` {count}" for name, count in counts.items())
        found.notes.append(
            f"runs under other training seeds were not used (found: {had}): each side needs at least"
            f" {MIN_SEEDS}; `retrace seeds {MIN_SEEDS}` makes them"
        )
    return False


def _distinct(runs: Sequence[SeedRun]) -> set[str]:
    return {run.lock.outs[PREDICTIONS.as_posix()] for run in runs}


def _rows(run: SeedRun) -> TestRows:
    path = output_path(run.lock, PREDICTIONS)
    if path is None:
        raise ComparisonError(
            f"the predictions of `{run.name}` (seed {run.seed}) are not in DVC's cache: run"
            f" `dvc exp pull origin {run.name}`"
        )
    return read_test_rows(path, run.name)
