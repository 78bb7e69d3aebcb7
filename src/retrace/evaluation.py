"""Arrays in, metrics out.

Every metric but the log loss is a function of the confusion matrix. Written so that it takes a stack of
matrices, one function gives the value in metrics.json and the thousands of resampled values behind its
interval (`retrace.intervals`): the two cannot disagree about a definition.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.records import Floats, Predictions

LOWER_IS_BETTER = ("log_loss",)

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


def scores(predictions: Predictions) -> dict[str, float]:
    """Return the metrics of one part, by the names and in the order that metrics.json has."""
    confusion = confusion_matrix(predictions).astype(np.float64)
    log_loss = row_losses(predictions).mean()
    return {
        name: float(value) for name, value in scores_from_totals(confusion, np.asarray(log_loss)).items()
    }


def scores_from_totals(confusion: Floats, log_loss: Floats) -> dict[str, Floats]:
    """Compute all metrics from confusion matrices.

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
    """Compute the metrics of `scores_from_totals` that need no more than `class_totals`: all but one."""
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
