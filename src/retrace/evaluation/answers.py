"""Metrics of which class was predicted: functions of hits and misses by class."""

from typing import TYPE_CHECKING

import numpy as np

from retrace.core.records import Floats, Predictions
from retrace.evaluation.definition import ROUNDING, Score, ratio

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def class_totals(predictions: Predictions) -> "csr_array":
    """Return whether a row is a true positive, a false negative, a false positive of each class.

    Returns
    -------
    sparse array of shape (n_samples, 3 * n_classes)
        A row that is right has one entry, a wrong one two.
    """
    from scipy.sparse import csr_array

    y, predicted, k = predictions.y, predictions.predicted, predictions.probabilities.shape[1]
    right = y == predicted
    entries = np.stack([right, ~right, ~right], axis=1)
    columns = np.stack([y, k + y, 2 * k + predicted], axis=1)[entries]
    starts = np.concatenate([[0], np.cumsum(2 - right)])
    return csr_array((np.ones(len(columns)), columns, starts), shape=(len(y), 3 * k))


def ordinal_totals(predictions: Predictions) -> "csr_array":
    """Return `class_totals`, and by how many classes squared the answer is off."""
    from scipy.sparse import csr_array, hstack

    off = (predictions.predicted - predictions.y).astype(float)
    return hstack([class_totals(predictions), csr_array(off[:, np.newaxis] ** 2)], format="csr")


def _by_class(totals: Floats) -> tuple[Floats, Floats, Floats]:
    """Return hits, rows of the class, and rows taken for it."""
    hits, false_negatives, false_positives = np.split(totals, 3, axis=-1)
    return hits, hits + false_negatives, hits + false_positives


def precision(totals: Floats) -> Floats:
    """Return the precision of each class, from sums of `class_totals`."""
    hits, _, predicted = _by_class(totals)
    return ratio(hits, predicted)


def recall(totals: Floats) -> Floats:
    """Return the recall of each class, from sums of `class_totals`."""
    hits, support, _ = _by_class(totals)
    return ratio(hits, support)


def f1(totals: Floats) -> Floats:
    """Return the F1 of each class, from sums of `class_totals`."""
    hits, support, predicted = _by_class(totals)
    return ratio(2 * hits, support + predicted)


def accuracy(totals: Floats) -> Floats:
    """Return the share of rows that are right."""
    hits, support, _ = _by_class(totals)
    return hits.sum(axis=-1) / support.sum(axis=-1)


def balanced_accuracy(totals: Floats) -> Floats:
    """Return the mean recall of the classes that occur."""
    _, support, _ = _by_class(totals)
    return recall(totals).sum(axis=-1) / (support > 0).sum(axis=-1)


def macro(of_class: Score) -> Score:
    """Average over the classes that occur, truly or among the predictions, as scikit-learn does."""

    def average(totals: Floats) -> Floats:
        _, support, predicted = _by_class(totals)
        occurs = (support + predicted) > 0
        return (of_class(totals) * occurs).sum(axis=-1) / occurs.sum(axis=-1)

    return average


def weighted(of_class: Score) -> Score:
    """Average over classes by their rows."""

    def average(totals: Floats) -> Floats:
        _, support, _ = _by_class(totals)
        share = support / support.sum(axis=-1)[..., np.newaxis]
        return (of_class(totals) * share).sum(axis=-1)

    return average


def matthews_corrcoef(totals: Floats) -> Floats:
    """Return how true and predicted classes correlate: J. Gorodkin, Comput. Biol. Chem. 28 (2004)."""
    hits, support, predicted = _by_class(totals)
    n = support.sum(axis=-1)
    both = hits.sum(axis=-1) * n - (support * predicted).sum(axis=-1)
    spread = (n**2 - (support**2).sum(axis=-1)) * (n**2 - (predicted**2).sum(axis=-1))
    return _where(spread > ROUNDING * n**4, both, np.sqrt(np.maximum(spread, 0)), 0.0)


def cohen_kappa(totals: Floats) -> Floats:
    """Return the agreement beyond chance: J. Cohen, Educ. Psychol. Meas. 20 (1960), 37-46."""
    hits, support, predicted = _by_class(totals)
    n = support.sum(axis=-1)
    chance = (support * predicted).sum(axis=-1) / n**2
    rest = 1 - chance
    return _where(rest > ROUNDING, hits.sum(axis=-1) / n - chance, rest, np.nan)


def quadratic_kappa(totals: Floats) -> Floats:
    """Return the agreement of ordered classes, a miss counting by its distance squared."""
    _, support, predicted = _by_class(totals[..., :-1])
    n, k = support.sum(axis=-1), support.shape[-1]
    place = np.arange(k)
    # The expected squared distance of two independent draws.
    first, second = ((each * place).sum(axis=-1) / n for each in (support, predicted))
    squares = ((support + predicted) * place**2).sum(axis=-1) / n
    chance = squares - 2 * first * second
    return 1 - _where(chance > ROUNDING, totals[..., -1] / n, chance, np.nan)


def _where(defined: Floats, numerator: Floats, denominator: Floats, otherwise: float) -> Floats:
    out = np.full(np.shape(numerator), otherwise)
    return np.divide(numerator, denominator, out=out, where=np.asarray(defined))
