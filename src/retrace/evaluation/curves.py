"""How a score separates a class from the rest, at every threshold or at one."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrace.core.params import Costs
from retrace.core.records import Floats

MOST_POINTS = 200  # of a curve that is drawn


class Curve(NamedTuple):
    """Two shares by falling threshold, each of shape (n_points,)."""

    x: Floats
    y: Floats


class AtThreshold(NamedTuple):
    """What comes of taking rows for the class from some probability on."""

    threshold: float
    taken: int
    precision: float
    recall: float
    f1: float
    false_positives: int
    false_negatives: int


def roc_curve(score: Floats, positive: NDArray[np.bool_]) -> Curve:
    """Return the false and the true positive rate."""
    true_positives, false_positives = _counts(score, positive)
    return _thinned(
        false_positives / max(false_positives[-1], 1), true_positives / max(true_positives[-1], 1)
    )


def precision_recall_curve(score: Floats, positive: NDArray[np.bool_]) -> Curve:
    """Return recall and precision, from the first row taken on."""
    true_positives, false_positives = _counts(score, positive)
    true_positives, false_positives = true_positives[1:], false_positives[1:]
    recall = true_positives / max(true_positives[-1], 1)
    return _thinned(recall, true_positives / (true_positives + false_positives))


def gain_curve(score: Floats, positive: NDArray[np.bool_]) -> Curve:
    """Return the share of the rows that are taken, the highest scores first, and of the class found."""
    true_positives, false_positives = _counts(score, positive)
    taken = true_positives + false_positives
    return _thinned(taken / max(len(score), 1), true_positives / max(true_positives[-1], 1))


def at_threshold(score: Floats, positive: NDArray[np.bool_], threshold: float) -> AtThreshold:
    """Count what is right when rows of at least this probability are taken for the class."""
    taken = score >= threshold
    hits, n_taken, n_positive = int((taken & positive).sum()), int(taken.sum()), int(positive.sum())
    return AtThreshold(
        threshold=threshold,
        taken=n_taken,
        precision=hits / n_taken if n_taken else 0.0,
        recall=hits / n_positive if n_positive else 0.0,
        f1=2 * hits / (n_taken + n_positive) if n_taken + n_positive else 0.0,
        false_positives=n_taken - hits,
        false_negatives=n_positive - hits,
    )


def choose_threshold(score: Floats, positive: NDArray[np.bool_], rule: float | str | Costs) -> float:
    """Return a threshold.

    Parameters
    ----------
    score : float64 array of shape (n_samples,)
        The probability of the class, of rows that may choose: those of the validation part.
    positive : bool array of shape (n_samples,)
        Which rows are of the class.
    rule : float, "f1" or Costs
        The threshold itself; or the one of highest F1; or of the lowest cost. Halfway to the next lower
        score, so that it is no row's own.
    """
    if isinstance(rule, float | int):
        return float(rule)
    true_positives, false_positives = _counts(score, positive)
    false_negatives = true_positives[-1] - true_positives
    if isinstance(rule, Costs):
        worth = -(rule.false_positive * false_positives + rule.false_negative * false_negatives)
    else:
        worth = 2 * true_positives / (2 * true_positives + false_positives + false_negatives)
    steps = np.r_[1.0, np.unique(score)[::-1], 0.0]
    best = int(np.argmax(worth))
    return float((steps[best] + steps[best + 1]) / 2)


def _counts(score: Floats, positive: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return true and false positives at each distinct score, the highest first, from none taken on."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.diff(score[order], append=-np.inf))
    inside = positive[order]
    return np.r_[0, np.cumsum(inside)[ends]], np.r_[0, np.cumsum(~inside)[ends]]


def _thinned(x: Floats, y: Floats) -> Curve:
    if len(x) <= MOST_POINTS:
        return Curve(x, y)
    rows = np.unique(np.linspace(0, len(x) - 1, MOST_POINTS).round().astype(int))
    return Curve(x[rows], y[rows])
