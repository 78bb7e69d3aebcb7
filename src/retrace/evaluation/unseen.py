"""What few rows do not show of a metric: the rows that may come, and where no interval would hold."""

import numpy as np

from retrace.core.records import Floats, Predictions
from retrace.evaluation.answers import class_totals
from retrace.evaluation.definition import Metric
from retrace.evaluation.losses import brier_totals, calibration_totals, error_totals, from_mean

FEWEST_OF_CLASS = 5  # rows of each class, of a metric that takes classes apart
FEWEST_UNITS = 10
FEWEST_CALIBRATED = 100  # units, of a calibration in ten bins
HEAVIEST = 15.0  # kurtosis of a regression's errors: of normal ones it is 3


def why_no_interval(metric: Metric, predictions: Predictions, n_units: int) -> str:
    """Say why no interval would hold what it promises, or return an empty string."""
    if n_units < FEWEST_UNITS:
        return f"{n_units} units are too few"
    if predictions.probabilities.shape[1]:
        fewest = int(np.bincount(predictions.y, minlength=predictions.probabilities.shape[1]).min())
        if fewest < FEWEST_OF_CLASS:
            return f"a class has {fewest} test rows"
        few = metric.totals is calibration_totals and n_units < FEWEST_CALIBRATED
        return f"{n_units} rows are too few" if few else ""
    if metric.tails and kurtosis(predictions.predicted - predictions.y) > HEAVIEST:
        return "a few rows make up most of the error"
    return ""


def kurtosis(errors: Floats) -> float:
    """Return the mean fourth power over the squared mean square: 3 for normal errors."""
    square = float((errors**2).mean())
    return float((errors**4).mean()) / square**2 if square > 0 else 0.0


def rows_to_come(metric: Metric, predictions: Predictions) -> list[Floats]:
    """Return the totals of rows that may come and that were not seen.

    Of each class a row that is right and one that is wrong; a row that is surely wrong; an error as far
    beyond the largest as that of heavy tails goes.
    """
    if metric.totals is brier_totals:
        return [np.array([1.0, 1.0])]
    if metric.totals is error_totals:
        error = predictions.predicted - predictions.y
        # Few rows show lighter tails than there are.
        beyond = _beyond(kurtosis(error) * (1 + 30 / len(error))) * np.abs(error).max()
        spread = float((from_mean(predictions.y) ** 2).mean())
        return [np.array([1.0, beyond, beyond**2, 0.0, spread])]
    if metric.totals is not class_totals:
        return []
    k = predictions.probabilities.shape[1]
    one, none = np.eye(k), np.zeros((k, k))
    # A wrong one is taken for any other class, as frequent as those are.
    share = np.bincount(predictions.y, minlength=k) / len(predictions.y)
    taken = share * (1 - one) / np.maximum(1 - share, 1e-9)[:, np.newaxis]
    return [*np.hstack([one, none, none]), *np.hstack([none, one, taken])]


def _beyond(heaviness: float) -> float:
    """Return how many times the largest error the next larger one may be.

    Of a Pareto tail of squares with exponent 1.5, as Student's t with 3 degrees has, its square is three
    times as large on average; of a normal distribution hardly larger.
    """
    return float(np.sqrt(1 + 2 * np.clip((heaviness - 2.5) / 2, 0, 1)))
