"""How far a metric could be off: an interval for each, from the rows that were tested.

Wilson's interval for proportions, because the bootstrap is far too narrow near 1; for the rest the
bias-corrected and accelerated bootstrap (BCa). Where rows come in groups, groups are the unit of both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, special

from retrace.core.params import Report
from retrace.core.records import Codes, Floats, Predictions
from retrace.evaluation.metrics import METRICS, RowTotals, Score, each_row, metrics_of, row_totals

PROPORTIONS = tuple(name for name, metric in METRICS.items() if metric.proportion)

CELLS = 2**22  # numbers held at once
MOST_LEFT_OUT = 1000  # units, of a metric that is no function of sums


@dataclass(frozen=True)
class Interval:
    """A lower and an upper bound, both NaN where the rows cannot tell."""

    low: float
    high: float


def interval_text(interval: Interval, digits: int = 4) -> str:
    """Write an interval as ``"0.9712 to 0.9970"``, or say that there is none."""
    if np.isnan(interval.low):
        return "no estimate"
    return f"{interval.low:.{digits}f} to {interval.high:.{digits}f}"


def score_intervals(
    predictions: Predictions, settings: Report, groups: NDArray[np.generic] | None = None
) -> dict[str, Interval]:
    """Compute an interval for each metric.

    Parameters
    ----------
    settings : Report
        Its ``confidence``, ``resamples`` and ``seed``.
    groups : array of shape (n_samples,), optional
        The unit that each row belongs to. Rows of one group are alike, so groups are resampled whole.

    Returns
    -------
    dict of str to Interval
        By the name of the metric.
    """
    intervals = bootstrap_intervals(predictions, settings, groups)
    proportions = [name for name, metric in metrics_of(predictions).items() if metric.proportion]
    if not proportions:
        return intervals
    right = predictions.predicted == predictions.y
    if groups is None:
        proportion = wilson(int(right.sum()), len(right), settings.confidence)
    else:
        proportion = grouped_wilson(right, groups, settings.confidence)
    return intervals | dict.fromkeys(proportions, proportion)


def wilson(successes: int, n: int, confidence: float) -> Interval:
    """Interval of a proportion: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212."""
    if n == 0:
        return Interval(np.nan, np.nan)
    from scipy.stats import binomtest  # a second to load, and whoever compares does not need it

    limits = binomtest(successes, n).proportion_ci(confidence, method="wilson")
    return Interval(float(limits.low), float(limits.high))


def grouped_wilson(right: NDArray[np.bool_], groups: NDArray[np.generic], confidence: float) -> Interval:
    """Interval of a proportion of rows that come in groups.

    Wilson's interval at the effective sample size, after E. L. Korn and B. I. Graubard, Survey
    Methodology 24 (1998), 193-201: as many independent rows as would vary as much as these groups do,
    never more than there are rows, and as many as groups where all rows are right or all wrong.

    Parameters
    ----------
    right : bool array of shape (n_samples,)
        Which rows count as successes.
    groups : array of shape (n_samples,)
        The unit that each row belongs to.
    confidence : float
        Such as .95.
    """
    sizes = pd.Series(right).groupby(groups).agg(["sum", "count"])
    n_groups, n_rows, share = len(sizes), len(right), float(np.mean(right))
    if n_groups < 2:
        return Interval(np.nan, np.nan)
    # Of a ratio of sums, linearised; and Student's t for the normal, as few groups know it badly.
    residuals = sizes["sum"] - share * sizes["count"]
    variance = n_groups / (n_groups - 1) * float((residuals**2).sum()) / n_rows**2
    n = min(n_rows, share * (1 - share) / variance) if variance > 0 else min(n_rows, n_groups)
    t = special.stdtrit(n_groups - 1, (1 + confidence) / 2)
    centre = (share + t**2 / (2 * n)) / (1 + t**2 / n)
    half = t * np.sqrt(share * (1 - share) / n + t**2 / (4 * n**2)) / (1 + t**2 / n)
    return Interval(max(0.0, float(centre - half)), min(1.0, float(centre + half)))


def bootstrap_intervals(
    predictions: Predictions, settings: Report, groups: NDArray[np.generic] | None = None
) -> dict[str, Interval]:
    """Resample rows (or groups) and read BCa intervals off the resampled metrics.

    The method is B. Efron's, J. Am. Stat. Assoc. 82 (1987), 171-185. A metric that is the same in every
    resample, such as the F1 of a model without mistakes, gets no interval: its width would be zero.
    """
    totals = {of: _unit_totals(rows, groups) for of, rows in row_totals(predictions).items()}
    scorers = {name: each.scorer(predictions) for name, each in metrics_of(predictions).items()}
    n_units = len(predictions.y) if groups is None else len(np.unique(groups))
    if n_units < 2:
        return dict.fromkeys(scorers, Interval(np.nan, np.nan))
    resampled = _resample(totals, scorers, n_units, settings)
    intervals = {}
    for name, score in scorers.items():
        units = totals[METRICS[name].totals]
        observed = float(score(units.sum(axis=0)))
        left_out = _leave_one_out(_joined(units) if METRICS[name].totals is each_row else units, score)
        intervals[name] = bca(observed, resampled[name], left_out, settings.confidence)
    return intervals


def bca(observed: float, resampled: Floats, left_out: Floats, confidence: float) -> Interval:
    """Return the BCa interval.

    Parameters
    ----------
    observed : float
        The statistic of all units.
    resampled : float64 array of shape (n_resamples,)
        The statistic of each resample.
    left_out : float64 array of shape (n_units,)
        The statistic without each unit.
    confidence : float
        Such as .95.
    """
    if np.ptp(resampled) == 0:
        return Interval(np.nan, np.nan)
    # Bias: how far the middle of the resamples lies beside the observed value. Metrics of few rows take
    # few values, so ties count half; and a share of 0 or 1 would send the normal quantile to infinity.
    below = (np.mean(resampled < observed) + np.mean(resampled <= observed)) / 2
    edge = 0.5 / len(resampled)
    bias = special.ndtri(np.clip(below, edge, 1 - edge))
    # Acceleration: how the spread changes with the value, from the skewness of what each unit changes.
    influence = left_out.mean() - left_out
    spread = (influence**2).sum() ** 1.5
    acceleration = (influence**3).sum() / (6 * spread) if spread else 0.0
    z = bias + special.ndtri([(1 - confidence) / 2, (1 + confidence) / 2])
    levels = special.ndtr(bias + z / (1 - acceleration * z))
    low, high = np.quantile(resampled, levels)
    return Interval(float(low), float(high))


def _unit_totals(totals: sparse.csr_array, groups: NDArray[np.generic] | None) -> sparse.csr_array:
    """Sum what the metrics need over each unit: a row, or a group of rows."""
    return totals if groups is None else _summed(totals, np.unique(groups, return_inverse=True)[1])


def _summed(totals: sparse.csr_array, units: Codes) -> sparse.csr_array:
    membership = (np.ones(len(units)), (units, np.arange(len(units))))
    return sparse.csr_array(membership, shape=(units.max() + 1, len(units))) @ totals


def _resample(
    totals: Mapping[RowTotals, sparse.csr_array],
    scorers: Mapping[str, Score],
    n_units: int,
    settings: Report,
) -> dict[str, Floats]:
    """Draw as many units as there are, with replacement, and score them, many times."""
    generator = np.random.default_rng(settings.seed)
    values: dict[str, list[Floats]] = {name: [] for name in scorers}
    # How often each unit was drawn is all that a score needs, so many resamples are one product of
    # matrices; all metrics see the same ones.
    for size in _chunks(settings.resamples, max(1, CELLS // n_units)):
        drawn = generator.integers(n_units, size=(size, n_units))
        drawn += np.arange(size)[:, np.newaxis] * n_units
        counts = np.bincount(drawn.ravel(), minlength=size * n_units).reshape(size, n_units)
        sums = {of: counts @ units for of, units in totals.items()}
        for name, score in scorers.items():
            values[name].append(score(sums[METRICS[name].totals]))
    return {name: np.concatenate(chunks) for name, chunks in values.items()}


def _leave_one_out(totals: sparse.csr_array, score: Score) -> Floats:
    """Return the metric without each unit in turn."""
    everything = totals.sum(axis=0)
    values = []
    start = 0
    for size in _chunks(totals.shape[0], max(1, CELLS // totals.shape[1])):
        values.append(score(everything - totals[start : start + size].toarray()))
        start += size
    return np.concatenate(values)


def _joined(totals: sparse.csr_array) -> sparse.csr_array:
    """Join units at random, until few are left to be left out.

    Without each of n units all rows are scored again: n squared, where a score is no function of sums.
    The acceleration asks how skewed the units' influences are, which joining them leaves as it was.
    """
    n_units = totals.shape[0]
    if n_units <= MOST_LEFT_OUT:
        return totals
    return _summed(totals, np.random.default_rng(0).permutation(n_units) % MOST_LEFT_OUT)


def _chunks(total: int, size: int) -> list[int]:
    return [min(size, total - start) for start in range(0, total, size)]
