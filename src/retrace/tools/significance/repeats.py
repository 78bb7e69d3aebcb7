"""Compare two models that were trained several times, under several seeds, on one split."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retrace.core.errors import ComparisonError
from retrace.core.records import Codes, Floats, Predictions
from retrace.evaluation.serial import Memory, slow_error
from retrace.tools.significance.paired import draws
from retrace.tools.significance.rows import check_same_rows, compare_rows
from retrace.tools.significance.student import student_evidence
from retrace.tools.significance.totals import classes_note, over_occurring_classes, unit_totals
from retrace.tools.significance.units import expected_unit, numbered_units
from retrace.tools.significance.verdicts import (
    ALPHA,
    NOTHING,
    Comparison,
    Evidence,
    compared,
    too_few_units,
)

MIN_REPEATS = 5  # seeds or splits on each side


@dataclass(frozen=True, kw_only=True)
class _Side:
    """One model under several seeds: its scores, those of each resample, and without each unit."""

    seen: Floats  # (n_seeds,)
    resampled: Floats  # (n_resamples, n_seeds)
    left_out: Floats  # (n_units, n_seeds); empty where it is not asked for


def compare_over_seeds(
    base: Sequence[Predictions],
    other: Sequence[Predictions],
    metric: str,
    *,
    groups: NDArray[np.generic] | None = None,
    memory: Memory | None = None,
    tolerance: float | None = None,
    alpha: float = ALPHA,
    resamples: int = 2_000,
    seed: int = 0,
) -> Comparison:
    """Ask whether one model is better than another, on average over training seeds and on new rows.

    Rows (or groups) are resampled for all seeds of both sides at once; what seeds vary by is added.

    Parameters
    ----------
    base, other : sequence of Predictions
        One for each seed, all of the same rows in the same order; at least 5 on each side.
    metric, groups, memory, tolerance, alpha, resamples, seed
        As in `compare_rows`.

    Raises
    ------
    ComparisonError
        There are too few seeds, or the rows are not the same.
    """
    _check(base, other)
    fixed = [side for side, models in (("base", base), ("other", other)) if deterministic(models)]
    if len(fixed) == 2:
        comparison = compare_rows(
            base[0],
            other[0],
            metric,
            groups=groups,
            memory=memory,
            tolerance=tolerance,
            alpha=alpha,
            seed=seed,
        )
        return replace(comparison, reason=_joined(["both models are deterministic", comparison.reason]))
    generator = np.random.default_rng(seed)
    units = numbered_units(len(base[0].y), groups, generator)
    counts = draws(np.ones(units.max() + 1, np.int64), resamples, generator)
    leave_out = memory is not None and memory.is_long
    was, now = (
        _side(models, metric, units, counts, [*base, *other], leave_out) for models in (base, other)
    )
    effect = expected_effect(base[0], other[0], metric, groups)
    evidence = _evidence(was, now, effect, counts.shape[1], groups, memory, alpha)
    said = [f"the {side} model is deterministic" for side in fixed]
    return compared(
        metric,
        float(was.seen.mean()),
        float(now.seen.mean()),
        evidence._replace(
            reason=_joined([*said, classes_note(metric, [*base, *other]), evidence.reason])
        ),
        tolerance,
        n_units=min(len(base), len(other)),
        unit="seed",
    )


def deterministic(models: Sequence[Predictions]) -> bool:
    """Return whether all seeds gave the same predictions."""
    return all(
        np.array_equal(model.predicted, models[0].predicted)
        and np.array_equal(model.probabilities, models[0].probabilities)
        for model in models[1:]
    )


def expected_effect(
    base: Predictions, other: Predictions, metric: str, groups: NDArray[np.generic] | None
) -> float:
    """Return how much one more unit changes the difference, if the models differ on it."""
    (totals, _), score = unit_totals([base, other], metric, np.zeros(len(base.y), np.int64), 1)
    wrong, right = expected_unit(base, other, metric, groups)
    return float(abs(score(totals[0] + right) - score(totals[0] + wrong)))


def standard_error(
    base: _Side,
    other: _Side,
    effect: float,
    n_units: int,
    slow: tuple[float, int] = (0.0, 1),
) -> tuple[float, float]:
    """Return the standard error of the difference of two means over seeds, and its degrees of freedom.

    The variance of a mean over rows and seeds that are crossed: that of the rows, which all seeds share,
    and on each side that of the seeds, less what the rows' variance holds of it already (S. R. Searle,
    G. Casella and C. E. McCulloch, Variance Components, 1992). One more row that differs is counted in,
    as A. Agresti and Y. Min do, Statist. Med. 24 (2005), 729-740. The degrees of freedom are those of
    F. E. Satterthwaite, Biometrics Bulletin 2 (1946), 110-114.

    Parameters
    ----------
    base, other : _Side
        Scores by seed, of the rows as they are and resampled.
    effect : float
        What one unit, on which the models differ, changes.
    n_units : int
        Rows or groups that were resampled.
    slow : (float, int)
        The standard error over rows that follow each other in time, and its degrees of freedom, where
        blocks are not independent.
    """
    of_rows = (other.resampled.mean(axis=1) - base.resampled.mean(axis=1)).var(ddof=1) + effect**2
    of_rows, freedom = (slow[0] ** 2, slow[1]) if slow[0] ** 2 > of_rows else (of_rows, n_units - 1)
    variance, square = of_rows, of_rows**2 / freedom
    for side in (base, other):
        n_seeds = len(side.seen)
        of_seeds = side.seen.var(ddof=1) / n_seeds
        own = side.resampled - side.resampled.mean(axis=1, keepdims=True)
        counted = own.var(axis=0, ddof=1).sum() / (n_seeds - 1) / n_seeds
        variance += max(of_seeds - counted, 0)  # an estimate may come out below 0, a variance not
        square += of_seeds**2 / (n_seeds - 1)
    return float(np.sqrt(variance)), float(variance**2 / square)


def _check(base: Sequence[Predictions], other: Sequence[Predictions]) -> None:
    if min(len(base), len(other)) < MIN_REPEATS:
        raise ComparisonError(
            f"got {len(base)} and {len(other)} seeds: at least {MIN_REPEATS} on each side are needed;"
            f" run `retrace seeds {MIN_REPEATS}` for both"
        )
    for model in (*base, *other):
        check_same_rows(base[0], model)


def _side(
    models: Sequence[Predictions],
    metric: str,
    units: Codes,
    counts: Floats,
    both: Sequence[Predictions],
    leave_out: bool,
) -> _Side:
    seen, resampled, left_out = [], [], []
    for model in models:
        (totals,), alone = unit_totals([model], metric, units, counts.shape[1])
        score = over_occurring_classes(alone, metric, both)
        seen.append(score(totals.sum(axis=0)))
        resampled.append(score(counts @ totals))
        left_out.append(score(totals.sum(axis=0) - totals) if leave_out else np.empty(0))
    return _Side(
        seen=np.array(seen),
        resampled=np.stack(resampled, axis=1),
        left_out=np.stack(left_out, axis=1),
    )


def _evidence(
    base: _Side,
    other: _Side,
    effect: float,
    n_units: int,
    groups: NDArray[np.generic] | None,
    memory: Memory | None,
    alpha: float,
) -> Evidence:
    if reason := too_few_units(n_units, groups) or (memory.too_long if memory else ""):
        return NOTHING._replace(reason=reason)
    slow = 0.0, 1
    if memory and memory.is_long:
        left_out = other.left_out.mean(axis=1) - base.left_out.mean(axis=1)
        slow = slow_error(left_out, memory), memory.n_cosines
    error, freedom = standard_error(base, other, effect, n_units, slow)
    difference = float(other.seen.mean() - base.seen.mean())
    return student_evidence("t-test over seeds and rows", difference, error, freedom, alpha)


def _joined(reasons: Sequence[str]) -> str:
    return "; ".join(filter(None, reasons))
