"""Metrics that are means over rows: losses of probabilities, errors of numbers."""

from typing import TYPE_CHECKING

import numpy as np

from retrace.core.records import Floats, Predictions
from retrace.evaluation.definition import ROUNDING, RowTotals, full_rows, ratio

if TYPE_CHECKING:
    from scipy.sparse import csr_array

BINS = 10  # of confidence


def errors(predictions: Predictions) -> Floats:
    """Return 1 for each wrong answer, or how far off a number is."""
    if predictions.probabilities.shape[1]:
        return (predictions.predicted != predictions.y).astype(np.float64)
    return np.abs(predictions.predicted - predictions.y)


def loss_totals(predictions: Predictions) -> "csr_array":
    """Return 1 and the loss of each row."""
    return full_rows([np.ones(len(predictions.y)), row_losses(predictions)])


def row_losses(predictions: Predictions) -> Floats:
    """Return minus the log of the true class's probability, for each row."""
    true = predictions.probabilities[np.arange(len(predictions.y)), predictions.y]
    return -np.log(np.clip(true, np.finfo(np.float64).eps, 1))


def brier_totals(predictions: Predictions) -> "csr_array":
    """Return 1 and the squared distance of the probabilities to the truth, halved for two classes."""
    n, k = predictions.probabilities.shape
    apart = predictions.probabilities - np.eye(k)[predictions.y]
    return full_rows([np.ones(n), (apart**2).sum(axis=1) / (2 if k == 2 else 1)])


def calibration_totals(predictions: Predictions) -> "csr_array":
    """Return 1, and for the bin of its confidence by how much the confidence is above being right."""
    from scipy.sparse import csr_array

    confidence = predictions.probabilities.max(axis=1)
    bins = np.clip((confidence * BINS).astype(int), 0, BINS - 1)
    above = confidence - (predictions.predicted == predictions.y)
    n = len(confidence)
    entries = np.stack([np.ones(n), above], axis=1).ravel()
    columns = np.stack([np.zeros(n, int), 1 + bins], axis=1).ravel()
    return csr_array((entries, columns, np.arange(0, 2 * n + 1, 2)), shape=(n, 1 + BINS))


def calibration_error(totals: Floats) -> Floats:
    """Return the expected calibration error: C. Guo et al., ICML 2017, with ten bins."""
    return np.abs(totals[..., 1:]).sum(axis=-1) / totals[..., 0]


def top_totals(k: int) -> RowTotals:
    """Return the function for 1 and whether the true class is among the k likeliest."""

    def totals(predictions: Predictions) -> "csr_array":
        order = np.argsort(predictions.probabilities, axis=1, kind="stable")[:, ::-1]
        hit = (order[:, :k] == predictions.y[:, np.newaxis]).any(axis=1)
        return full_rows([np.ones(len(hit)), hit.astype(float)])

    return totals


def error_totals(predictions: Predictions) -> "csr_array":
    """Return 1, the absolute and the squared error, the distance to the mean target and its square."""
    error = predictions.predicted - predictions.y
    distance = from_mean(predictions.y)
    return full_rows([np.ones(len(error)), np.abs(error), error**2, distance, distance**2])


def from_mean(y: Floats) -> Floats:
    """Return the distance of each target to their mean; exactly 0 where all are equal.

    Of targets near 1e6 the squares would leave no digit for their spread; of distances they do.
    """
    return y - y.mean() if np.ptp(y) > 0 else np.zeros(len(y))


def root_mean_square(totals: Floats) -> Floats:
    """Return the root of the mean squared error, from sums of `error_totals`."""
    return np.sqrt(totals[..., 2] / totals[..., 0])


def r2(totals: Floats) -> Floats:
    """Return the share of the targets' variance that is explained, from sums of `error_totals`."""
    n, _, squared, distance, distance_squared = np.moveaxis(totals, -1, 0)
    spread = distance_squared - distance**2 / n
    # A difference of two sums: what rounding leaves of nothing is no spread.
    spread = np.where(spread > ROUNDING * distance_squared, spread, 0)
    # scikit-learn's words on targets that are all equal: perfect is 1, anything else 0.
    return np.where(spread > 0, 1 - ratio(squared, spread), (squared == 0).astype(float))


def percentage_totals(predictions: Predictions) -> "csr_array":
    """Return 1 and the absolute error as a share of the true value."""
    size = np.maximum(np.abs(predictions.y), np.finfo(np.float64).eps)
    return full_rows([np.ones(len(size)), np.abs(predictions.predicted - predictions.y) / size])


def pinball_totals(level: float) -> RowTotals:
    """Return the function for 1 and the pinball loss of a quantile of this level."""

    def totals(predictions: Predictions) -> "csr_array":
        under = predictions.y - predictions.predicted
        return full_rows([np.ones(len(under)), np.maximum(level * under, (level - 1) * under)])

    return totals
