"""An interval for each metric of one model, from the rows that were tested.

Wilson's for proportions, because a bootstrap is far too narrow near 1; DeLong's variance for areas; for
the rest the bias-corrected and accelerated bootstrap (BCa), widened for what few rows do not show. Where
rows come in groups, copies or blocks, those are the unit of all of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from retrace.core.params import Report
from retrace.core.records import Codes, Floats, Predictions
from retrace.evaluation.areas import area_interval
from retrace.evaluation.definition import Metric, RowTotals, Score, each_row
from retrace.evaluation.intervals import (
    Interval,
    bca,
    expanded,
    grouped_wilson,
    no_interval,
    wilson,
)
from retrace.evaluation.metrics import metrics_of, row_totals
from retrace.evaluation.ranks import roc_auc
from retrace.evaluation.serial import Memory, slow_error
from retrace.evaluation.unseen import rows_to_come, why_no_interval

CELLS = 2**22  # numbers held at once
MOST_LEFT_OUT = 1000  # units, of a metric that is no function of sums


@dataclass(frozen=True, kw_only=True)
class _Resampled:
    """A metric of resampled units, each of shape (n_resamples,)."""

    plain: Floats
    for_lower: Floats  # with one unit more that lowers it
    for_upper: Floats  # with one that raises it


def score_intervals(
    predictions: Predictions,
    settings: Report,
    groups: NDArray[np.generic] | None = None,
    also: Iterable[str] = (),
    memory: Memory | None = None,
) -> dict[str, Interval]:
    """Compute an interval for each metric.

    Parameters
    ----------
    settings : Report
        Its ``confidence``, ``resamples`` and ``seed``.
    groups : array of shape (n_samples,), optional
        The unit that each row belongs to. Rows of one group are alike, so groups are resampled whole.
    also : iterable of str
        Metrics beside the standard ones.
    memory : Memory, optional
        Of blocks of rows that follow each other in time: for how long the errors stay alike.

    Returns
    -------
    dict of str to Interval
        By the name of the metric; without bounds, but with the reason, where the rows cannot tell.
    """
    metrics = metrics_of(predictions, also)
    by_resampling = {
        name: each for name, each in metrics.items() if not each.proportion and each.score is not roc_auc
    }
    intervals = bootstrap_intervals(predictions, settings, groups, by_resampling, memory)
    for name in (name for name, each in metrics.items() if each.score is roc_auc):
        intervals[name] = area_interval(predictions, settings.confidence, groups, memory)
    right = predictions.predicted == predictions.y
    if groups is None:
        proportion = wilson(int(right.sum()), len(right), settings.confidence)
    else:
        proportion = grouped_wilson(right, groups, settings.confidence, memory)
    return {name: intervals.get(name, proportion) for name in metrics}


def bootstrap_intervals(
    predictions: Predictions,
    settings: Report,
    groups: NDArray[np.generic] | None = None,
    metrics: Mapping[str, Metric] | None = None,
    memory: Memory | None = None,
) -> dict[str, Interval]:
    """Resample rows (or groups) and read BCa intervals off the resampled metrics.

    The method is B. Efron's, J. Am. Stat. Assoc. 82 (1987), 171-185, with help where it is too narrow:

    - resamples are weights and not counts, D. B. Rubin's Bayesian bootstrap, Ann. Stat. 9 (1981),
      130-134, so that no class is missing in some of them;
    - its level is that of Student's t (`expanded`);
    - each limit also has to hold for a sample with one more unit that speaks for it, of a random weight;
    - what a class of a handful of rows, or errors with heavy tails, cannot tell gets no interval.

    Parameters
    ----------
    metrics : dict of str to Metric, optional
        Those that are asked for; else all of the task.
    memory : Memory, optional
        As in `score_intervals`.
    """
    metrics = metrics_of(predictions) if metrics is None else metrics
    totals = {of: _unit_totals(rows, groups) for of, rows in row_totals(predictions, metrics).items()}
    n_units = len(predictions.y) if groups is None else len(np.unique(groups))
    refused = {name: why_no_interval(each, predictions, n_units) for name, each in metrics.items()}
    asked = {name: each for name, each in metrics.items() if not refused[name]}
    left_out = {name: _left_out(totals[each.totals], each, predictions) for name, each in asked.items()}
    resampled = _resample(totals, asked, predictions, left_out, settings)
    intervals = {name: no_interval(reason) for name, reason in refused.items()}
    for name, metric in asked.items():
        observed = float(metric.scorer(predictions)(totals[metric.totals].sum(axis=0)))
        level = expanded(settings.confidence, n_units)
        found = _widened(observed, resampled[name], left_out[name], level)
        if memory and memory.is_long:
            found = _over_time(found, observed, left_out[name], settings.confidence, memory)
        low, high = np.clip([found.low, found.high], *metric.bounds)
        intervals[name] = replace(found, low=float(low), high=float(high))
    return intervals


def _widened(observed: float, resampled: _Resampled, left_out: Floats, level: float) -> Interval:
    plain = bca(observed, resampled.plain, left_out, level)
    tail = (1 - level) / 2
    low, high = np.quantile(resampled.for_lower, tail), np.quantile(resampled.for_upper, 1 - tail)
    if np.isnan(plain.low):
        # Of a model without mistakes no resample differs: one more row bounds what may be.
        if not high > low:
            return plain
        plain = Interval(observed, observed)
    return Interval(min(plain.low, float(low)), max(plain.high, float(high)))


def _over_time(
    blocks: Interval, observed: float, left_out: Floats, confidence: float, memory: Memory
) -> Interval:
    """Hold what slow movements leave open as well."""
    if memory.too_long or np.isnan(blocks.low):
        return no_interval(memory.too_long or blocks.reason)
    half = float(special.stdtrit(memory.n_cosines, (1 + confidence) / 2)) * slow_error(left_out, memory)
    return Interval(min(blocks.low, observed - half), max(blocks.high, observed + half))


def _unit_totals(totals: sparse.csr_array, groups: NDArray[np.generic] | None) -> sparse.csr_array:
    """Sum what the metrics need over each unit: a row, or a group of rows."""
    return totals if groups is None else _summed(totals, np.unique(groups, return_inverse=True)[1])


def _summed(totals: sparse.csr_array, units: Codes) -> sparse.csr_array:
    membership = (np.ones(len(units)), (units, np.arange(len(units))))
    return sparse.csr_array(membership, shape=(units.max() + 1, len(units))) @ totals


def _resample(
    totals: Mapping[RowTotals, sparse.csr_array],
    metrics: Mapping[str, Metric],
    predictions: Predictions,
    left_out: Mapping[str, Floats],
    settings: Report,
) -> dict[str, _Resampled]:
    """Weigh the units at random and score them, many times; all metrics see the same weights."""
    generator = np.random.default_rng(settings.seed)
    values: dict[str, list[tuple[Floats, ...]]] = {name: [] for name in metrics}
    n_units = next(iter(totals.values())).shape[0]
    extremes = {
        name: _extreme_units(totals[each.totals], each, predictions, left_out[name])
        for name, each in metrics.items()
    }
    for size in _chunks(settings.resamples, max(1, CELLS // n_units)):
        weights = generator.exponential(size=(size, n_units))
        weights *= n_units / weights.sum(axis=1, keepdims=True)
        more = generator.exponential(size=(size, 1))
        sums = {of: weights @ units for of, units in totals.items()}
        for name, metric in metrics.items():
            score, one = metric.scorer(predictions), sums[metric.totals]
            values[name].append((score(one), *(score(one + more * each) for each in extremes[name])))
    return {
        name: _Resampled(
            **dict(
                zip(
                    ("plain", "for_lower", "for_upper"),
                    map(np.concatenate, zip(*chunks, strict=True)),
                    strict=True,
                )
            )
        )
        for name, chunks in values.items()
    }


def _extreme_units(
    totals: sparse.csr_array, metric: Metric, predictions: Predictions, left_out: Floats
) -> list[Floats]:
    """Return the totals of the units that lower and that raise the metric most, seen or expected."""
    nothing = np.zeros(totals.shape[1])
    if len(left_out) < totals.shape[0]:
        return [nothing, nothing]  # of so many units one is no matter
    # Without it the metric is highest: it lowers the metric most.
    seen = [totals[[at]].toarray()[0] for at in (left_out.argmax(), left_out.argmin())]
    candidates = np.stack([*seen, *rows_to_come(metric, predictions)])
    everything = np.asarray(totals.sum(axis=0))
    effects = metric.scorer(predictions)(everything + candidates)
    return [candidates[effects.argmin()], candidates[effects.argmax()]]


def _left_out(totals: sparse.csr_array, metric: Metric, predictions: Predictions) -> Floats:
    """Return the metric without each unit in turn."""
    units = _joined(totals) if metric.totals is each_row else totals
    score: Score = metric.scorer(predictions)
    everything = units.sum(axis=0)
    values = []
    start = 0
    for size in _chunks(units.shape[0], max(1, CELLS // units.shape[1])):
        values.append(score(everything - units[start : start + size].toarray()))
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
