"""Arrays in, metrics out.

Every metric is a function of totals: of numbers that each row has (the cell of the confusion matrix
that it falls into, its error squared), added up over rows. So one function gives the value in
metrics.json and the thousands of resampled values behind its interval (`intervals`): the two
cannot disagree about a definition.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from retrace.core.records import Floats, Predictions

LOWER_IS_BETTER = ("log_loss", "mae", "rmse")


def scores(predictions: Predictions) -> dict[str, float]:
    """Return the metrics of one part, by the names and in the order that metrics.json has."""
    totals = row_totals(predictions).sum(axis=0)
    found = scores_from_totals(totals, predictions.probabilities.shape[1])
    return {name: float(value) for name, value in found.items()}


def row_totals(predictions: Predictions) -> sparse.csr_array:
    """Return what each row adds to the totals that the metrics are made of.

    Returns
    -------
    sparse array of shape (n_samples, n_totals)
        Of a classification: the cells of the confusion matrix, row by row, and the loss. Of a
        regression: 1, the absolute and the squared error, the distance to the mean target and the
        square of that.
    """
    n_samples, n_classes = predictions.probabilities.shape
    if n_classes == 0:
        error = predictions.predicted - predictions.y
        distance = predictions.y - predictions.y.mean()
        each = [np.ones(n_samples), np.abs(error), error**2, distance, distance**2]
        return sparse.csr_array(np.stack(each, axis=1))
    rows = np.arange(n_samples)
    cells = predictions.y * n_classes + predictions.predicted
    values = np.concatenate([np.ones(n_samples), row_losses(predictions)])
    columns = np.concatenate([cells, np.full(n_samples, n_classes**2)])
    shape = (n_samples, n_classes**2 + 1)
    return sparse.csr_array((values, (np.concatenate([rows, rows]), columns)), shape=shape)


def scores_from_totals(totals: Floats, n_classes: int) -> dict[str, Floats]:
    """Compute all metrics from the totals of some rows.

    Parameters
    ----------
    totals : float64 array of shape (..., n_totals)
        Sums of rows of `row_totals`.
    n_classes : int
        0 for a regression.

    Returns
    -------
    dict of str to float64 array of shape (...)
    """
    if n_classes == 0:
        return _regression_scores(totals)
    confusion = totals[..., :-1].reshape(*totals.shape[:-1], n_classes, n_classes)
    return classification_scores(confusion, totals[..., -1] / confusion.sum(axis=(-2, -1)))


def _regression_scores(totals: Floats) -> dict[str, Floats]:
    n, absolute, squared, distance, distance_squared = np.moveaxis(totals, -1, 0)
    spread = distance_squared - distance**2 / n
    # scikit-learn's words on targets that are all equal: perfect is 1, anything else 0.
    r2 = np.where(spread > 0, 1 - _ratio(squared, spread), (squared == 0).astype(float))
    return {"mae": absolute / n, "rmse": np.sqrt(squared / n), "r2": r2}


FromClassTotals = Callable[[Floats, Floats, Floats], Floats]


def confusion_matrix(predictions: Predictions) -> NDArray[np.int64]:
    """Count rows by true (first axis) and predicted class, shape (n_classes, n_classes)."""
    n_classes = predictions.probabilities.shape[1]
    cells = predictions.y * n_classes + predictions.predicted
    return np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)


def row_losses(predictions: Predictions) -> Floats:
    """Return minus the log of the true class's probability, for each row."""
    true = predictions.probabilities[np.arange(len(predictions.y)), predictions.y]
    return -np.log(np.clip(true, np.finfo(np.float64).eps, 1))


def classification_scores(confusion: Floats, log_loss: Floats) -> dict[str, Floats]:
    """Compute the metrics of a classification from confusion matrices.

    The definitions are scikit-learn's with ``zero_division=0``: a macro average runs over the classes
    that occur among the true or the predicted labels.

    Parameters
    ----------
    confusion : float64 array of shape (..., n_classes, n_classes)
    log_loss : float64 array of shape (...)

    Returns
    -------
    dict of str to float64 array of shape (...)
    """
    hits, support, predicted = class_totals(confusion)
    return scores_from_class_totals(hits, support, predicted) | {"log_loss": log_loss}


def class_totals(confusion: Floats) -> tuple[Floats, Floats, Floats]:
    """Return hits, support and predicted rows of each class, each of shape (..., n_classes)."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    return hits, confusion.sum(axis=-1), confusion.sum(axis=-2)


def scores_from_class_totals(hits: Floats, support: Floats, predicted: Floats) -> dict[str, Floats]:
    """Compute the metrics that need no more than `class_totals`: all but the log loss."""
    return {name: score(hits, support, predicted) for name, score in FROM_CLASS_TOTALS.items()}


def class_scores(confusion: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return precision, recall, F1 and support of each class, each of shape (..., n_classes)."""
    totals = class_totals(confusion)
    return _precision(*totals), _recall(*totals), _f1(*totals), totals[1]


def reliability(predictions: Predictions, n_bins: int = 10) -> pd.DataFrame:
    """Compare how sure a model is with how often it is right.

    Returns
    -------
    DataFrame
        One row per non-empty bin of the highest probability: ``confidence`` (mean probability),
        ``accuracy``, ``n``.
    """
    confidence = predictions.probabilities.max(axis=1)
    right = predictions.predicted == predictions.y
    bins = np.clip((confidence * n_bins).astype(int), 0, n_bins - 1)
    table = pd.DataFrame({"bin": bins, "confidence": confidence, "accuracy": right, "n": 1})
    return (
        table.groupby("bin")
        .agg({"confidence": "mean", "accuracy": "mean", "n": "sum"})
        .reset_index(drop=True)
    )


def confident_mistakes(predictions: Predictions, limit: int) -> NDArray[np.intp]:
    """Return the positions of the wrong rows that the model was surest of, surest first."""
    wrong = np.flatnonzero(predictions.predicted != predictions.y)
    confidence = predictions.probabilities.max(axis=1)[wrong]
    return wrong[np.argsort(-confidence, kind="stable")[:limit]]


def calibration_bins(predictions: Predictions, n_bins: int = 5) -> pd.DataFrame:
    """Compare what a regression predicts with what comes, from its lowest to its highest predictions.

    Returns
    -------
    DataFrame
        One row per bin of equally many rows: ``predicted`` and ``true`` (means), ``mae``, ``n``.
    """
    n_samples = len(predictions.y)
    rank = pd.Series(predictions.predicted).rank(method="first") - 1
    table = pd.DataFrame(
        {
            "predicted": predictions.predicted,
            "true": predictions.y,
            "mae": np.abs(predictions.predicted - predictions.y),
            "n": 1,
        }
    )
    means = {"predicted": "mean", "true": "mean", "mae": "mean", "n": "sum"}
    return table.groupby(rank * n_bins // n_samples).agg(means).reset_index(drop=True)


def largest_errors(predictions: Predictions, limit: int) -> NDArray[np.intp]:
    """Return the positions of the rows that a regression missed by most, worst first."""
    error = np.abs(predictions.predicted - predictions.y)
    return np.argsort(-error, kind="stable")[:limit]


def _precision(hits: Floats, support: Floats, predicted: Floats) -> Floats:
    return _ratio(hits, predicted)


def _recall(hits: Floats, support: Floats, predicted: Floats) -> Floats:
    return _ratio(hits, support)


def _f1(hits: Floats, support: Floats, predicted: Floats) -> Floats:
    return _ratio(2 * hits, support + predicted)


def _accuracy(hits: Floats, support: Floats, predicted: Floats) -> Floats:
    return hits.sum(axis=-1) / support.sum(axis=-1)


def _macro(score: FromClassTotals) -> FromClassTotals:
    def average(hits: Floats, support: Floats, predicted: Floats) -> Floats:
        occurs = (support + predicted) > 0
        return (score(hits, support, predicted) * occurs).sum(axis=-1) / occurs.sum(axis=-1)

    return average


def _weighted(score: FromClassTotals) -> FromClassTotals:
    def average(hits: Floats, support: Floats, predicted: Floats) -> Floats:
        share = support / support.sum(axis=-1)[..., np.newaxis]
        return (score(hits, support, predicted) * share).sum(axis=-1)

    return average


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    return np.divide(
        numerator, denominator, out=np.zeros_like(numerator, dtype=float), where=denominator > 0
    )


# From hits, support and predicted rows of each class, each of shape (..., n_classes), to values (...).
FROM_CLASS_TOTALS: dict[str, FromClassTotals] = {
    "accuracy": _accuracy,
    "f1_macro": _macro(_f1),
    "f1_weighted": _weighted(_f1),
    "precision_weighted": _weighted(_precision),
    "recall_weighted": _weighted(_recall),
}
