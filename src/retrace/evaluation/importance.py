"""How much worse a model gets when a column is shuffled: permutation importance, with intervals."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.params import Report
from retrace.core.records import Dataset, Predictions
from retrace.evaluation.definition import Metric, each_row
from retrace.evaluation.intervals import Interval
from retrace.evaluation.metrics import METRICS

REPEATS = 3
MOST_ROWS = 2000
MOST_COLUMNS = 60


class Importance(NamedTuple):
    """What one column is worth: by how much the metric gets worse without it."""

    column: str
    value: float
    interval: Interval


def metric_for_importance(metric: str) -> str:
    """Return the metric itself, or, of one that is no function of sums, the loss that stands for it."""
    if METRICS[metric].totals is not each_row:
        return metric
    return "log_loss" if METRICS[metric].task == "classification" else "rmse"


def permutation_importance(
    predict: Callable[[Dataset], Predictions], part: Dataset, metric: str, settings: Report
) -> list[Importance]:
    """Shuffle each column in turn, and see by how much the metric gets worse.

    L. Breiman, Machine Learning 45 (2001), 5-32. A column is one of the table that came in, so that all
    that is made of a category moves together. The interval is of the rows: a Bayesian bootstrap of the
    difference, over the mean of all shuffles. Columns that tell the same can each seem worthless.

    Parameters
    ----------
    predict : callable
        From rows to what a fitted model says of them.
    part : Dataset
        Of a table; of more than 2,000 rows, so many are drawn.
    metric : str
        From `metric_for_importance`.
    settings : Report
        Its ``confidence``, ``resamples`` and ``seed``.

    Returns
    -------
    list of Importance
        The most important first; none where the table has more than 60 columns.
    """
    table = part.X
    if not isinstance(table, pd.DataFrame) or table.shape[1] > MOST_COLUMNS:
        return []
    generator = np.random.default_rng(settings.seed)
    rows = np.arange(len(part))
    if len(rows) > MOST_ROWS:
        rows = np.sort(generator.choice(rows, MOST_ROWS, replace=False))
    part = part.take(rows)
    of = METRICS[metric]
    weights = generator.exponential(size=(settings.resamples, len(rows)))
    whole = _totals(of, predict(part))
    importances = []
    for column in table.columns:
        shuffled = [
            _totals(of, predict(_with_shuffled(part, column, generator))) for _ in range(REPEATS)
        ]
        importances.append(
            _importance(str(column), of, whole, np.mean(shuffled, axis=0), weights, settings)
        )
    return sorted(importances, key=lambda each: -each.value)


def _totals(metric: Metric, predictions: Predictions) -> NDArray[np.float64]:
    return metric.totals(predictions).toarray()


def _with_shuffled(part: Dataset, column: Any, generator: np.random.Generator) -> Dataset:
    table = pd.DataFrame(part.X).copy(deep=False)
    order = generator.permutation(len(table))
    table[column] = table[column].take(order).set_axis(table.index)
    return replace(part, X=table)


def _importance(
    column: str,
    metric: Metric,
    whole: NDArray[np.float64],
    shuffled: NDArray[np.float64],
    weights: NDArray[np.float64],
    settings: Report,
) -> Importance:
    sign = 1 if metric.better == "higher" else -1
    value = sign * float(metric.score(whole.sum(axis=0)) - metric.score(shuffled.sum(axis=0)))
    drawn = sign * (metric.score(weights @ whole) - metric.score(weights @ shuffled))
    tail = (1 - settings.confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Importance(column, value, Interval(float(low), float(high)))
