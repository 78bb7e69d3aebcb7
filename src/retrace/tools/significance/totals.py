"""Where a metric comes from: totals over units of rows, and the score of such totals.

All that tests and intervals know of a metric is here: its totals, its score and its `won_row`. Totals
add up, so the totals of any sample of units are a product of matrices.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from retrace.core.params import METRICS
from retrace.core.records import Codes, Floats, Predictions
from retrace.evaluation.metrics import FROM_CLASS_TOTALS, row_losses, row_totals, scores_from_totals

Score = Callable[[Floats], Floats]

OF_NUMBERS = METRICS["regression"]


def unit_totals(predictions: Predictions, metric: str, units: Codes, n_units: int) -> Floats:
    """Sum what ``metric`` needs over the rows of each unit.

    Parameters
    ----------
    predictions : Predictions
    metric : str
    units : int64 array of shape (n_samples,)
        The position of the unit that each row belongs to.
    n_units : int

    Returns
    -------
    float64 array of shape (n_units, n_totals)
        For the log loss: rows, loss. For a regression: as `row_totals`. Else for each class: hits, then
        support, then predicted rows.
    """
    if metric in OF_NUMBERS:
        columns = row_totals(predictions).toarray().T
        return np.stack([np.bincount(units, column, n_units) for column in columns], axis=1)
    if metric == "log_loss":
        rows = np.bincount(units, minlength=n_units)
        return np.stack([rows, np.bincount(units, row_losses(predictions), n_units)], axis=1)
    y, predicted, k = predictions.y, predictions.predicted, predictions.probabilities.shape[1]
    right = y == predicted
    totals = [
        np.bincount(units[rows] * k + labels[rows], minlength=n_units * k).reshape(n_units, k)
        for rows, labels in ((right, y), (slice(None), y), (slice(None), predicted))
    ]
    return np.concatenate(totals, axis=1).astype(np.float64)


def scorer(metric: str) -> Score:
    """Return the function from totals of shape (..., n_totals) to values of shape (...)."""
    if metric in OF_NUMBERS:
        return lambda totals: scores_from_totals(totals, 0)[metric]
    if metric == "log_loss":
        return lambda totals: totals[..., 1] / totals[..., 0]

    def score(totals: Floats) -> Floats:
        hits, support, predicted = np.split(totals, 3, axis=-1)
        return FROM_CLASS_TOTALS[metric](hits, support, predicted)

    return score


def alike(base: Predictions, other: Predictions, metric: str) -> tuple[Codes, NDArray[np.int64]]:
    """Find the patterns of rows that ``metric`` cannot tell apart.

    Returns
    -------
    patterns : int64 array of shape (n_samples,)
    counts : int64 array of shape (n_patterns,)
        Rows of each pattern.
    """
    if metric == "log_loss" or metric in OF_NUMBERS:
        return np.arange(len(base.y)), np.ones(len(base.y), np.int64)
    k = base.probabilities.shape[1]
    codes = (base.y * k + base.predicted) * k + other.predicted
    _, patterns, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return patterns, counts


def won_row(base: Predictions, other: Predictions, metric: str) -> tuple[Floats, Floats]:
    """Return the totals of a row that one model has wrong and the other right, as such rows go.

    Its class is a mixture, as frequent as each class is here; its losses are those of the mean wrong and
    the mean right row. Of a regression, one misses by as much as the larger half of all errors.

    Returns
    -------
    wrong, right : float64 array of shape (n_totals,)
    """
    if metric in OF_NUMBERS:
        return _missed_row(base, other)
    if metric == "log_loss":
        losses = np.concatenate([row_losses(base), row_losses(other)])
        wrong = np.concatenate([mistakes(base), mistakes(other)])
        high = losses[wrong].mean() if wrong.any() else losses.max()
        low = losses[~wrong].mean() if not wrong.all() else losses.min()
        return np.array([1, high]), np.array([1, low])
    k = base.probabilities.shape[1]
    share = np.bincount(base.y, minlength=k) / len(base.y)
    elsewhere = (1 - share) / max(1, k - 1)
    return np.concatenate([0 * share, share, elsewhere]), np.concatenate([share, share, share])


def _missed_row(base: Predictions, other: Predictions) -> tuple[Floats, Floats]:
    errors = np.sort(np.abs(np.concatenate([base.predicted - base.y, other.predicted - other.y])))
    spread = np.var(base.y)
    small, large = (half.mean() for half in np.array_split(errors, 2))
    wrong, right = (np.array([1, error, error**2, 0, spread]) for error in (large, small))
    return wrong, right


def mistakes(predictions: Predictions) -> NDArray[np.bool_]:
    """Return which rows a model has wrong, shape (n_samples,)."""
    return predictions.predicted != predictions.y
