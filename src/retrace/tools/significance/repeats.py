"""Compare two models that were trained several times: under several seeds, or on several splits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retrace.core.errors import ComparisonError
from retrace.core.records import Codes, Floats, Predictions
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
ROUNDING = 1e-6  # of a score: repeats that vary by less do not vary


@dataclass(frozen=True, kw_only=True)
class _Side:
    """One model under several seeds: its scores, and those of each resample of the rows."""

    seen: Floats  # (n_seeds,)
    resampled: Floats  # (n_resamples, n_seeds)


def compare_over_seeds(
    base: Sequence[Predictions],
    other: Sequence[Predictions],
    metric: str,
    *,
    groups: NDArray[np.generic] | None = None,
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
    metric, groups, tolerance, alpha, resamples, seed
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
            base[0], other[0], metric, groups=groups, tolerance=tolerance, alpha=alpha, seed=seed
        )
        return replace(comparison, reason=_joined(["both models are deterministic", comparison.reason]))
    generator = np.random.default_rng(seed)
    units = numbered_units(len(base[0].y), groups, generator)
    counts = draws(np.ones(units.max() + 1, np.int64), resamples, generator)
    was, now = (_side(models, metric, units, counts, [*base, *other]) for models in (base, other))
    effect = expected_effect(base[0], other[0], metric, groups)
    evidence = _evidence(was, now, effect, counts.shape[1], groups, alpha)
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


def compare_over_splits(
    base_scores: Sequence[float],
    other_scores: Sequence[float],
    metric: str,
    n_train: int,
    n_test: int,
    *,
    overlap: float = 0.0,
    tolerance: float | None = None,
    alpha: float = ALPHA,
) -> Comparison:
    """Ask whether one model is better than another, from a score of each on each of several splits.

    The corrected resampled t-test of C. Nadeau and Y. Bengio, Machine Learning 52 (2003), 239-281: the
    parts of different splits overlap, so their scores vary less than those of new data would. Scores
    correlate as far as the test parts of random splits overlap, or as these do where that is more.

    Parameters
    ----------
    base_scores, other_scores : sequence of float
        In the same order of split seeds.
    metric : str
        The metric that the scores are of.
    n_train, n_test : int
        Rows of the training and of the test part of each split.
    overlap : float
        The share of test rows that two splits have in common, on average.
    tolerance : float, optional
        Models that differ by less are ``"equivalent"``.
    alpha : float
        The level of the test.

    Raises
    ------
    ComparisonError
        There are fewer than 5 splits, or not as many on both sides.
    """
    n = len(base_scores)
    if n != len(other_scores) or n < MIN_REPEATS:
        raise ComparisonError(
            f"got {n} and {len(other_scores)} splits: at least {MIN_REPEATS} are needed, the same ones"
            f" on both sides; run `retrace seeds {MIN_REPEATS}` for both"
        )
    differences = np.asarray(other_scores, dtype=float) - np.asarray(base_scores, dtype=float)
    correlation = max(n_test / (n_test + n_train), overlap)
    factor = 1 / n + correlation / (1 - correlation)
    error = float(np.sqrt(factor * differences.var(ddof=1)))
    if error <= ROUNDING * np.abs([*base_scores, *other_scores]).max():
        error = 0.0
    mean = float(differences.mean())
    evidence = student_evidence("corrected resampled t-test", mean, error, n - 1, alpha)
    was, now = float(np.mean(base_scores)), float(np.mean(other_scores))
    return compared(metric, was, now, evidence, tolerance, n_units=n, unit="split")


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


def standard_error(base: _Side, other: _Side, effect: float, n_units: int) -> tuple[float, float]:
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
    """
    of_rows = (other.resampled.mean(axis=1) - base.resampled.mean(axis=1)).var(ddof=1) + effect**2
    variance, square = of_rows, of_rows**2 / (n_units - 1)
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
) -> _Side:
    seen, resampled = [], []
    for model in models:
        (totals,), alone = unit_totals([model], metric, units, counts.shape[1])
        score = over_occurring_classes(alone, metric, both)
        seen.append(score(totals.sum(axis=0)))
        resampled.append(score(counts @ totals))
    return _Side(seen=np.array(seen), resampled=np.stack(resampled, axis=1))


def _evidence(
    base: _Side,
    other: _Side,
    effect: float,
    n_units: int,
    groups: NDArray[np.generic] | None,
    alpha: float,
) -> Evidence:
    if reason := too_few_units(n_units, groups):
        return NOTHING._replace(reason=reason)
    error, freedom = standard_error(base, other, effect, n_units)
    difference = float(other.seen.mean() - base.seen.mean())
    return student_evidence("t-test over seeds and rows", difference, error, freedom, alpha)


def _joined(reasons: Sequence[str]) -> str:
    return "; ".join(filter(None, reasons))
