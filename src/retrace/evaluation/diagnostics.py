"""Where a model errs: in which class, on which rows most, and how far its confidence is off."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.records import Floats, Predictions
from retrace.evaluation.answers import f1, precision, recall
from retrace.evaluation.intervals import no_interval, wilson

FEWEST_IN_BIN = 10


def confusion_matrix(predictions: Predictions) -> NDArray[np.int64]:
    """Count rows by true (first axis) and predicted class, shape (n_classes, n_classes)."""
    n_classes = predictions.probabilities.shape[1]
    cells = predictions.y * n_classes + predictions.predicted
    return np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)


def class_scores(confusion: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return precision, recall, F1 and support of each class, each of shape (..., n_classes)."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    support, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)
    totals = np.concatenate([hits, support - hits, predicted - hits], axis=-1)
    return precision(totals), recall(totals), f1(totals), support


def reliability(predictions: Predictions, n_bins: int = 10) -> pd.DataFrame:
    """Compare how sure a model is with how often it is right.

    Returns
    -------
    DataFrame
        One row per non-empty bin of the highest probability: ``confidence`` (mean probability),
        ``accuracy``, ``n``, and the bounds ``low`` and ``high`` of a 95 % interval of the accuracy, NaN
        where a bin has fewer than 10 rows.
    """
    confidence = predictions.probabilities.max(axis=1)
    right = predictions.predicted == predictions.y
    bins = np.clip((confidence * n_bins).astype(int), 0, n_bins - 1)
    table = pd.DataFrame({"bin": bins, "confidence": confidence, "accuracy": right, "n": 1})
    binned = (
        table.groupby("bin")
        .agg({"confidence": "mean", "accuracy": "mean", "n": "sum"})
        .reset_index(drop=True)
    )
    bounds = [
        wilson(round(row.accuracy * row.n), int(row.n), 0.95)
        if row.n >= FEWEST_IN_BIN
        else no_interval("too few rows")
        for row in binned.itertuples()
    ]
    return binned.assign(low=[each.low for each in bounds], high=[each.high for each in bounds])


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
