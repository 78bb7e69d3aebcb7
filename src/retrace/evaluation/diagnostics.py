"""Where a model errs: how far its confidence and its predictions are off, and on which rows most."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.records import Predictions


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
