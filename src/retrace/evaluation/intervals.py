"""How far a metric could be off: an interval for each, from the rows that were tested.

Wilson's interval for proportions, because the bootstrap is far too narrow near 1; for the rest the
bias-corrected and accelerated bootstrap (BCa). Where rows come in groups, groups are the unit of both.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, special, stats

from retrace.core.params import Report
from retrace.core.records import Floats, Predictions
from retrace.evaluation.metrics import row_totals, scores_from_totals

PROPORTIONS = ("accuracy", "recall_weighted")  # weighted recall is accuracy by another name


@dataclass(frozen=True)
class Interval:
    """A lower and an upper bound, both NaN where the rows cannot tell."""

    low: float
    high: float


def score_intervals(
    predictions: Predictions, settings: Report, groups: NDArray[np.generic] | None = None
) -> dict[str, Interval]:
    """Compute an interval for each metric.

    Parameters
    ----------
    predictions : Predictions
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
    if "accuracy" not in intervals:
        return intervals
    right = predictions.predicted == predictions.y
    if groups is None:
        proportion = wilson(int(right.sum()), len(right), settings.confidence)
    else:
        proportion = grouped_wilson(right, groups, settings.confidence)
    return intervals | dict.fromkeys(PROPORTIONS, proportion)


def wilson(successes: int, n: int, confidence: float) -> Interval:
    """Interval of a proportion: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212."""
    if n == 0:
        return Interval(np.nan, np.nan)
    found = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    return Interval(float(found.low), float(found.high))


def grouped_wilson(right: NDArray[np.bool_], groups: NDArray[np.generic], confidence: float) -> Interval:
    """Interval of a proportion of rows that come in groups.

    Wilson's interval at the effective sample size, after E. L. Korn and B. I. Graubard, Survey
    Methodology 24 (1998), 193-201: as many independent rows as would vary as much as these groups do,
    never more than there are rows, and as many as groups where all rows are right or all wrong.

    Parameters
    ----------
    right : bool array of shape (n_samples,)
    groups : array of shape (n_samples,)
    confidence : float
        Such as .95.
    """
    sizes = pd.Series(right).groupby(groups).agg(["sum", "count"])
    n_groups, n_rows, share = len(sizes), len(right), float(np.mean(right))
    if n_groups < 2:
        return Interval(np.nan, np.nan)
    residuals = sizes["sum"] - share * sizes["count"]
    variance = n_groups / (n_groups - 1) * float((residuals**2).sum()) / n_rows**2
    n = min(n_rows, share * (1 - share) / variance) if variance > 0 else min(n_rows, n_groups)
    t = stats.t.ppf((1 + confidence) / 2, n_groups - 1)
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
    totals = _unit_totals(predictions, groups)
    n_classes = predictions.probabilities.shape[1]
    observed = scores_from_totals(totals.sum(axis=0)[np.newaxis], n_classes)
    resampled = scores_from_totals(_resample(totals, settings), n_classes)
    if totals.shape[0] < 2:
        return dict.fromkeys(observed, Interval(np.nan, np.nan))
    left_out = _leave_one_out(totals, n_classes)
    return {
        name: bca(float(observed[name][0]), resampled[name], left_out[name], settings.confidence)
        for name in observed
    }


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
    below = (np.mean(resampled < observed) + np.mean(resampled <= observed)) / 2
    edge = 0.5 / len(resampled)
    bias = special.ndtri(np.clip(below, edge, 1 - edge))
    influence = left_out.mean() - left_out
    spread = (influence**2).sum() ** 1.5
    acceleration = (influence**3).sum() / (6 * spread) if spread else 0.0
    z = bias + special.ndtri([(1 - confidence) / 2, (1 + confidence) / 2])
    levels = special.ndtr(bias + z / (1 - acceleration * z))
    low, high = np.quantile(resampled, levels)
    return Interval(float(low), float(high))


def _unit_totals(predictions: Predictions, groups: NDArray[np.generic] | None) -> sparse.csr_array:
    """Sum what the metrics need over each unit: a row, or a group of rows."""
    totals = row_totals(predictions)
    if groups is None:
        return totals
    units = np.unique(groups, return_inverse=True)[1]
    membership = (np.ones(len(units)), (units, np.arange(len(units))))
    return sparse.csr_array(membership, shape=(units.max() + 1, len(units))) @ totals


def _resample(totals: sparse.csr_array, settings: Report, cells: int = 2**22) -> Floats:
    """Draw as many units as there are, with replacement, and add them up, many times."""
    generator = np.random.default_rng(settings.seed)
    n_units = totals.shape[0]
    sums = []
    for size in _chunks(settings.resamples, max(1, cells // n_units)):
        drawn = generator.integers(n_units, size=(size, n_units))
        drawn += np.arange(size)[:, np.newaxis] * n_units
        counts = np.bincount(drawn.ravel(), minlength=size * n_units).reshape(size, n_units)
        sums.append(counts @ totals)
    return np.concatenate(sums)


def _leave_one_out(totals: sparse.csr_array, n_classes: int) -> dict[str, Floats]:
    everything = totals.sum(axis=0)
    found = []
    start = 0
    for size in _chunks(totals.shape[0], max(1, 2**22 // totals.shape[1])):
        without = everything - totals[start : start + size].toarray()
        found.append(scores_from_totals(without, n_classes))
        start += size
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}


def _chunks(total: int, size: int) -> list[int]:
    return [min(size, total - start) for start in range(0, total, size)]
