"""Compare two models on the same rows."""

import numpy as np
from numpy.typing import NDArray

from retrace.core.errors import ComparisonError
from retrace.core.records import Predictions
from retrace.evaluation.definition import ROUNDING
from retrace.evaluation.intervals import PROPORTIONS, Interval
from retrace.evaluation.metrics import METRICS, scores
from retrace.evaluation.serial import Memory
from retrace.tools.significance.delong import area_difference_error
from retrace.tools.significance.mcnemar import mcnemar_interval, mcnemar_p_value
from retrace.tools.significance.over_time import over_time
from retrace.tools.significance.paired import (
    observed,
    paired_intervals,
    permutation_p_value,
    without_one,
)
from retrace.tools.significance.power import detectable_accuracy, detectable_mean
from retrace.tools.significance.student import student_evidence
from retrace.tools.significance.tails import unseen_tails
from retrace.tools.significance.totals import classes_note, mistakes
from retrace.tools.significance.units import Units, paired_units
from retrace.tools.significance.verdicts import (
    ALPHA,
    NOTHING,
    Comparison,
    Evidence,
    Unit,
    compared,
    confidences,
    too_few_units,
)

PERMUTATION = "paired permutation test"

FURTHER_OUT = 20  # resamples at least that lie beyond an interval, and swaps that the test may count


def compare_rows(
    base: Predictions,
    other: Predictions,
    metric: str,
    *,
    groups: NDArray[np.generic] | None = None,
    unit: Unit | None = None,
    memory: Memory | None = None,
    tolerance: float | None = None,
    alpha: float = ALPHA,
    resamples: int = 10_000,
    seed: int = 0,
) -> Comparison:
    """Ask whether one model is better than another on rows like these.

    Parameters
    ----------
    base, other : Predictions
        Of the same rows in the same order.
    metric : str
        A metric of the task.
    groups : array of shape (n_samples,), optional
        The unit that each row belongs to: then groups are swapped and resampled whole.
    unit : str, optional
        What such a unit is, for the words; else a group.
    memory : Memory, optional
        Of blocks of rows that follow each other in time: for how long the models differ alike.
    tolerance : float, optional
        Models that differ by less are ``"equivalent"``.
    alpha : float
        The level of the test.
    resamples : int
        Random swaps, and as many resamples; more where `alpha` is too small for them.
    seed : int
        Of swaps and resamples; not that of a training.

    Returns
    -------
    Comparison
        Its verdict says what ``other`` is.

    Raises
    ------
    ComparisonError
        The rows are not the same.
    """
    check_same_rows(base, other)
    generator = np.random.default_rng(seed)
    units = paired_units(base, other, metric, groups, generator)
    n_units = len(base.y) if groups is None else len(np.unique(groups))
    unit = unit or ("row" if groups is None else "group")
    if groups is None and metric in PROPORTIONS:
        evidence = _mcnemar(base, other, alpha)
    elif not np.isfinite(observed(units)).all():
        evidence = NOTHING._replace(reason=f"{metric} is not defined on these rows")
    elif reason := too_few_units(n_units, groups, unit):
        evidence = NOTHING._replace(reason=reason)
    else:
        evidence = (metric == "roc_auc" and _delong(base, other, groups, alpha)) or _permutation(
            metric,
            units,
            max(resamples, int(FURTHER_OUT / alpha)),
            generator,
            alpha,
            unseen_tails(base, other, metric, units),
        )
        if memory:
            was, now = observed(units)
            evidence = over_time(evidence, without_one(units), memory, now - was)
    evidence = evidence._replace(
        alpha=alpha, reason=evidence.reason or classes_note(metric, [base, other])
    )
    return compared(metric, *observed(units), evidence, tolerance, n_units=n_units, unit=unit)


def check_same_rows(base: Predictions, other: Predictions) -> None:
    """Refuse to compare predictions of different rows.

    Raises
    ------
    ComparisonError
        The true classes differ.
    """
    if not np.array_equal(base.y, other.y):
        raise ComparisonError(
            f"the two models were tested on different rows ({len(base.y)} and {len(other.y)}):"
            " compare models of the same data and split"
        )


def _mcnemar(base: Predictions, other: Predictions, alpha: float) -> Evidence:
    was, now = ~mistakes(base), ~mistakes(other)
    gained, lost, n = int((now & ~was).sum()), int((was & ~now).sum()), len(was)
    wide, narrow = (mcnemar_interval(gained, lost, n, confidence) for confidence in confidences(alpha))
    return Evidence(
        test="McNemar's mid-p test",
        p_value=mcnemar_p_value(gained, lost),
        interval=wide,
        narrow=narrow,
        detectable=detectable_accuracy(gained + lost, n, alpha),
        detectable_is_bound=gained + lost == 0,
        reason="",
    )


def _delong(
    base: Predictions, other: Predictions, groups: NDArray[np.generic] | None, alpha: float
) -> Evidence | None:
    """Test two areas by their variance; None where they do not vary, as without a mistake."""
    was, now = (scores(each, ["roc_auc"])["roc_auc"] for each in (base, other))
    error, freedom = area_difference_error(base, other, groups)
    if error < ROUNDING:
        return None
    return student_evidence("DeLong's test", now - was, error, freedom, alpha)


def _permutation(
    metric: str,
    units: Units,
    resamples: int,
    generator: np.random.Generator,
    alpha: float,
    unseen: tuple[float, float],
) -> Evidence:
    p_value = permutation_p_value(units, resamples, generator)
    intervals: list[Interval]
    intervals, error = paired_intervals(units, p_value, confidences(alpha), resamples, generator, unseen)
    effect = typical_effect(units)
    least, most = METRICS[metric].bounds
    return Evidence(
        test=PERMUTATION,
        p_value=p_value,
        interval=intervals[0],
        narrow=intervals[1],
        detectable=min(detectable_mean(error, effect, units.n_units, alpha), most - least),
        detectable_is_bound=not (units.base != units.other).any(),
        reason="",
    )


def typical_effect(units: Units) -> float:
    """Return how much a unit changes the difference that the models differ on, where they do."""
    base, other = units.counts @ units.base, units.counts @ units.other
    seen = units.difference(base, other)
    differing = (units.base != units.other).any(axis=1)
    expected = (units.wrong, units.right), (units.right, units.wrong)
    most = max(float(abs(units.difference(base + a, other + b) - seen)) for a, b in expected)
    if not differing.any():
        return most
    # One unit more of each pattern: what taking the unit's part of the metric away would ask as well,
    # but defined for a pattern that is all that a class has.
    effects = abs(units.difference(base + units.base, other + units.other) - seen)
    typical = float(np.average(effects[differing], weights=units.counts[differing]))
    # Where all units differ alike, one more of them changes nothing; one that differs otherwise does.
    return typical if typical > ROUNDING else most
