"""What tests and intervals know of a metric: totals over units of rows, and the score of such totals.

Totals add up, so the totals of any sample of units are a product of matrices. What a metric is made of
is said once, in `retrace.evaluation.metrics.METRICS`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from retrace.core.records import Codes, Floats, Predictions
from retrace.evaluation.answers import class_totals
from retrace.evaluation.definition import Score, stacked
from retrace.evaluation.losses import error_totals, from_mean, loss_totals, row_losses
from retrace.evaluation.metrics import METRICS


def unit_totals(
    models: Sequence[Predictions], metric: str, units: Codes, n_units: int
) -> tuple[list[Floats], Score]:
    """Sum what ``metric`` needs over the rows of each unit.

    Parameters
    ----------
    models : sequence of Predictions
        Of the same rows. All their rows stand one below another, so that a sum may hold rows of
        several models, as a permutation asks for, even where it says how often each row counts.
    metric : str
        A key of `METRICS`.
    units : int64 array of shape (n_samples,)
        The position of the unit that each row belongs to.
    n_units : int
        How many units there are.

    Returns
    -------
    totals : list of float64 array of shape (n_units, n_totals)
        One for each model.
    score : callable
        From sums of such totals, of shape (..., n_totals), to values of shape (...).
    """
    together = stacked(models)
    score = over_occurring_classes(METRICS[metric].scorer(together), metric, models)
    rows, n = METRICS[metric].totals(together), len(units)
    totals = [_summed(rows[start : start + n], units, n_units) for start in range(0, len(models) * n, n)]
    return totals, score


def over_occurring_classes(score: Score, metric: str, models: Sequence[Predictions]) -> Score:
    """Average over the same classes for all models, where one alone predicts a class that no row has.

    Each model's own score counts such a class, with 0: a few rows would weigh as much as a class.
    """
    if not classes_note(metric, models):
        return score
    k = models[0].probabilities.shape[1]
    occurs = np.bincount(models[0].y, minlength=k) > 0
    # Without what was taken for a class that is not there.
    kept = np.concatenate([np.ones(2 * k), occurs])

    def of_occurring(totals: Floats) -> Floats:
        return score(totals * kept)

    return of_occurring


def classes_note(metric: str, models: Sequence[Predictions]) -> str:
    """Say where models are held against each other by other scores than their own."""
    averages = metric.endswith("_macro") and METRICS[metric].totals is class_totals
    sets = [np.union1d(each.y, each.predicted) for each in models] if averages else []
    if all(np.array_equal(each, sets[0]) for each in sets):
        return ""
    return "of both the classes that occur are averaged, as they do not predict the same ones"


def _summed(rows: sparse.csr_array, units: Codes, n_units: int) -> Floats:
    # membership @ rows, but for a million rows five times as fast.
    cells = np.repeat(units, np.diff(rows.indptr)) * rows.shape[1] + rows.indices
    n_totals = rows.shape[1]
    sums = np.bincount(cells, weights=rows.data, minlength=n_units * n_totals)
    return sums.astype(np.float64).reshape(n_units, n_totals)


def alike(base: Predictions, other: Predictions, metric: str) -> tuple[Codes, NDArray[np.int64]]:
    """Find the patterns of rows that ``metric`` cannot tell apart.

    Returns
    -------
    patterns : int64 array of shape (n_samples,)
    counts : int64 array of shape (n_patterns,)
        Rows of each pattern.
    """
    if METRICS[metric].totals is not class_totals:
        return np.arange(len(base.y)), np.ones(len(base.y), np.int64)
    k = base.probabilities.shape[1]
    codes = (base.y * k + base.predicted) * k + other.predicted
    _, patterns, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return patterns, counts


def won_row(base: Predictions, other: Predictions, metric: str) -> tuple[Floats, Floats]:
    """Return the totals of a row that one model has wrong and the other right, as such rows go.

    Its class is a mixture, as frequent as each class is here; its losses are those of the mean wrong and
    the mean right row. Of a regression, one misses by as much as the larger half of all errors. Of any
    other metric, they are the worse and the better half of the rows of each class.

    Returns
    -------
    wrong, right : float64 array of shape (n_totals,)
    """
    made_by = METRICS[metric].totals
    if made_by is error_totals:
        return _missed_row(base, other)
    if made_by is loss_totals:
        return _lost_row(base, other)
    if made_by is not class_totals:
        return _halves(base, other, metric)
    k = base.probabilities.shape[1]
    share = np.bincount(base.y, minlength=k) / len(base.y)
    elsewhere = (1 - share) / max(1, k - 1)
    return np.concatenate([0 * share, share, elsewhere]), np.concatenate([share, 0 * share, 0 * share])


def _lost_row(base: Predictions, other: Predictions) -> tuple[Floats, Floats]:
    losses = np.concatenate([row_losses(base), row_losses(other)])
    wrong = np.concatenate([mistakes(base), mistakes(other)])
    high = losses[wrong].mean() if wrong.any() else losses.max()
    low = losses[~wrong].mean() if not wrong.all() else losses.min()
    return np.array([1, high]), np.array([1, low])


def _missed_row(base: Predictions, other: Predictions) -> tuple[Floats, Floats]:
    errors = np.sort(np.abs(np.concatenate([base.predicted - base.y, other.predicted - other.y])))
    spread = (from_mean(base.y) ** 2).mean()
    small, large = (half.mean() for half in np.array_split(errors, 2))
    wrong, right = (np.array([1, error, error**2, 0, spread]) for error in (large, small))
    return wrong, right


def _halves(base: Predictions, other: Predictions, metric: str) -> tuple[Floats, Floats]:
    together = stacked([base, other])
    is_class = together.probabilities.shape[1] > 0
    off = row_losses(together) if is_class else np.abs(together.predicted - together.y)
    y = together.y if is_class else np.zeros(len(off))
    wrong, right = np.zeros(len(off)), np.zeros(len(off))
    for code in np.unique(y):
        rows = np.flatnonzero(y == code)
        better, worse = np.array_split(rows[np.argsort(off[rows], kind="stable")], 2)
        right[better] = len(rows) / len(y) / len(better)
        wrong[worse] = len(rows) / len(y) / len(worse)
    totals = METRICS[metric].totals(together)
    return wrong @ totals, right @ totals


def mistakes(predictions: Predictions) -> NDArray[np.bool_]:
    """Return which rows a model has wrong, shape (n_samples,)."""
    return predictions.predicted != predictions.y
