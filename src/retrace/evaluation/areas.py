"""How far an area under the ROC curve may be off: its variance, without resampling."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from retrace.core.records import Floats, Predictions
from retrace.evaluation.definition import ROUNDING
from retrace.evaluation.intervals import Interval, no_interval
from retrace.evaluation.metrics import METRICS, scores
from retrace.evaluation.ranks import scored_classes
from retrace.evaluation.serial import Memory, low_frequency_error
from retrace.evaluation.unseen import why_no_interval

RANDOM_ROW = 0.1  # how much of one more row that ranks at random is counted among the variance


def area_interval(
    predictions: Predictions,
    confidence: float,
    groups: NDArray[np.generic] | None = None,
    memory: Memory | None = None,
) -> Interval:
    """Return an interval of the area, by its variance on the scale of its log odds.

    Student's t with the rows of the rarest class, or the groups, less one as degrees of freedom.

    Parameters
    ----------
    confidence : float
        Such as .95.
    groups : array of shape (n_samples,), optional
        The unit that each row belongs to.
    memory : Memory, optional
        As in `grouped_wilson`.
    """
    units = (
        np.arange(len(predictions.y)) if groups is None else np.unique(groups, return_inverse=True)[1]
    )
    n_units = int(units.max()) + 1
    if reason := why_no_interval(METRICS["roc_auc"], predictions, n_units):
        return no_interval(reason)
    area = scores(predictions, ["roc_auc"])["roc_auc"]
    sums = np.bincount(units, area_influences(predictions))
    error = np.sqrt((sums**2).sum() * (1 if groups is None else n_units / (n_units - 1)))
    if error < ROUNDING or not 0 < area < 1:
        return no_interval("no test row varies it")
    rarest = int(np.bincount(predictions.y).min())
    rarest = rarest if groups is None else min(rarest, n_units)
    freedom = max(1, rarest - 1)
    if memory and memory.is_long:
        if memory.too_long:
            return no_interval(memory.too_long)
        slow = low_frequency_error(sums.astype(np.float64) * n_units, memory.n_cosines)
        error, freedom = (slow, memory.n_cosines) if slow > error else (error, freedom)
    # Of a handful of rows that all rank high the variance is next to nothing; one more might not.
    error = np.sqrt(error**2 + RANDOM_ROW * ((area - 0.5) / (rarest + 1)) ** 2)
    half = special.stdtrit(freedom, (1 + confidence) / 2) * error / (area * (1 - area))
    low, high = special.expit(special.logit(area) + np.array([-half, half]))
    return Interval(float(low), float(high))


def area_influences(predictions: Predictions) -> Floats:
    """Return what each row adds to the area's deviation from its mean.

    The structural components of E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44
    (1988), 837-845, by ranks as X. Sun and W. Xu, IEEE Signal Process. Lett. 21 (2014), 1389-1393, find
    them; of more than two classes, their mean over the classes.

    Returns
    -------
    float64 array of shape (n_samples,)
        Its sum of squares is the area's variance.
    """
    of_classes = [
        _influences(predictions.probabilities[:, code], predictions.y == code)
        for code in scored_classes(predictions)
    ]
    return np.mean(of_classes, axis=0)


def _influences(score: Floats, positive: NDArray[np.bool_]) -> Floats:
    m, n = int(positive.sum()), int((~positive).sum())
    of_all = _midranks(score)
    found = np.empty(len(score))
    # How many of the others a row stands above (below, for one of the rest), ties half.
    found[positive] = (of_all[positive] - _midranks(score[positive])) / n
    found[~positive] = 1 - (of_all[~positive] - _midranks(score[~positive])) / m
    area = found[positive].mean()
    size = np.where(positive, m, n)
    return (found - area) / np.sqrt(size * np.maximum(size - 1, 1))


def _midranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]
