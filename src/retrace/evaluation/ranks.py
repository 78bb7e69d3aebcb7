"""Metrics of the order of rows: functions of how often each row counts."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Floats, Predictions


def roc_auc(predictions: Predictions, weights: Floats) -> Floats:
    """Return how often a row of a class ranks above one of another, ties half.

    Of two classes, of the second; of more, the mean over each class against the rest. NaN where a class
    has no row.

    Parameters
    ----------
    weights : float64 array of shape (..., n_samples)
        How often each row counts.
    """
    return _over_classes(_area, predictions, weights)


def average_precision(predictions: Predictions, weights: Floats) -> Floats:
    """Return the mean precision over the rows of a class, each at its own threshold.

    Classes are averaged as in `roc_auc`.
    """
    return _over_classes(_precision, predictions, weights)


def median_absolute_error(predictions: Predictions, weights: Floats) -> Floats:
    """Return the median of the absolute errors; the mean of the two where two share the middle."""
    error = np.abs(predictions.predicted - predictions.y)
    order = np.argsort(error, kind="stable")
    until = np.cumsum(weights[..., order], axis=-1)
    half = until[..., -1:] / 2
    below = (until < half * (1 - 1e-12)).sum(axis=-1)
    up_to = (until <= half * (1 + 1e-12)).sum(axis=-1)
    ordered = error[order]
    last = len(ordered) - 1
    return (ordered[np.minimum(below, last)] + ordered[np.minimum(up_to, last)]) / 2


def scored_classes(predictions: Predictions) -> range:
    """Return the codes of the classes that are held against the rest: of two, the second alone."""
    k = predictions.probabilities.shape[1]
    return range(1, 2) if k == 2 else range(k)


def _over_classes(
    of_class: Callable[[Floats, NDArray[np.bool_], Floats], Floats],
    predictions: Predictions,
    weights: Floats,
) -> Floats:
    values = [
        of_class(predictions.probabilities[:, code], predictions.y == code, weights)
        for code in scored_classes(predictions)
    ]
    return np.mean(values, axis=0)


def _area(score: Floats, positive: NDArray[np.bool_], weights: Floats) -> Floats:
    hits, others = _by_threshold(score, positive, weights)
    below = others.sum(axis=-1, keepdims=True) - others.cumsum(axis=-1) + others / 2
    pairs = hits.sum(axis=-1) * others.sum(axis=-1)
    return np.divide(
        (hits * below).sum(axis=-1), pairs, out=np.full(pairs.shape, np.nan), where=pairs > 0
    )


def _precision(score: Floats, positive: NDArray[np.bool_], weights: Floats) -> Floats:
    hits, others = _by_threshold(score, positive, weights)
    found, taken = hits.cumsum(axis=-1), (hits + others).cumsum(axis=-1)
    precision = np.divide(found, taken, out=np.zeros_like(found), where=taken > 0)
    total = hits.sum(axis=-1)
    return np.divide((hits * precision).sum(axis=-1), total, out=np.zeros(total.shape), where=total > 0)


def _by_threshold(score: Floats, positive: NDArray[np.bool_], weights: Floats) -> tuple[Floats, Floats]:
    """Return the weight of the class and of the rest at each distinct score, the highest first."""
    order = np.argsort(-score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=np.inf))
    ordered = weights[..., order]
    inside = positive[order]
    return (
        np.add.reduceat(ordered * inside, starts, axis=-1),
        np.add.reduceat(ordered * ~inside, starts, axis=-1),
    )
