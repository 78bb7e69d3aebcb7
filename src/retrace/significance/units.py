"""Where a metric comes from: totals over units that two models share, and the score of such totals.

All that the tests and intervals know of a metric is here: another task adds its totals and its score.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrace.evaluation import row_losses, scores_from_class_totals
from retrace.records import Floats, Predictions

LIMIT = 5000  # units that are resampled one by one; more are first joined at random


@dataclass(frozen=True, kw_only=True)
class Units:
    """What two models did on the units that they share.

    Attributes
    ----------
    counts : int64 array of shape (n_patterns,)
        How many units there are of each pattern.
    base, other : float64 array of shape (n_patterns, n_totals)
        The totals of one such unit.
    score : callable
        From totals of shape (..., n_totals) to values of shape (...).
    """

    counts: NDArray[np.int64]
    base: Floats
    other: Floats
    score: Callable[[Floats], Floats]


def paired_units(
    base: Predictions,
    other: Predictions,
    metric: str,
    groups: NDArray[np.generic] | None,
    generator: np.random.Generator,
) -> Units:
    """Total up what ``metric`` needs over each unit.

    Rows that are alike for the metric are one pattern. More than `LIMIT` patterns or groups are joined
    at random into that many units of equal size, which keeps the variance, and the cost off the rows.
    """
    units, counts = _units(base, other, metric, groups)
    if len(counts) > LIMIT:
        units = np.arange(len(units)) if groups is None else units
        n_units = units.max() + 1
        units = generator.permutation(n_units)[units] % LIMIT
        counts = np.ones(LIMIT, np.int64)
    n_units = len(counts)
    return Units(
        counts=counts,
        base=unit_totals(base, metric, units, n_units) / counts[:, np.newaxis],
        other=unit_totals(other, metric, units, n_units) / counts[:, np.newaxis],
        score=scorer(metric, base.probabilities.shape[1]),
    )


def unit_totals(predictions: Predictions, metric: str, units: NDArray[np.int64], n_units: int) -> Floats:
    """Sum what ``metric`` needs over the rows of each unit, shape (n_units, n_totals)."""
    if metric == "log_loss":
        columns = [
            np.bincount(units, minlength=n_units),
            np.bincount(units, row_losses(predictions), n_units),
        ]
        return np.stack(columns, axis=1)
    y, predicted, k = predictions.y, predictions.predicted, predictions.probabilities.shape[1]
    right = y == predicted
    totals = [
        np.bincount(units[rows] * k + labels[rows], minlength=n_units * k).reshape(n_units, k)
        for rows, labels in ((right, y), (slice(None), y), (slice(None), predicted))
    ]
    return np.concatenate(totals, axis=1).astype(np.float64)


def scorer(metric: str, n_classes: int) -> Callable[[Floats], Floats]:
    """Return the function from totals, as `unit_totals` gives them, to the metric."""
    if metric == "log_loss":
        return lambda totals: totals[..., 1] / totals[..., 0]

    def score(totals: Floats) -> Floats:
        hits, support, predicted = np.split(totals, [n_classes, 2 * n_classes], axis=-1)
        return scores_from_class_totals(hits, support, predicted)[metric]

    return score


def _units(
    base: Predictions, other: Predictions, metric: str, groups: NDArray[np.generic] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if groups is not None:
        units = np.unique(groups, return_inverse=True)[1]
        return units, np.ones(units.max() + 1, np.int64)
    if metric == "log_loss":
        return np.arange(len(base.y)), np.ones(len(base.y), np.int64)
    k = base.probabilities.shape[1]
    codes = (base.y * k + base.predicted) * k + other.predicted
    _, units, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return units, counts
