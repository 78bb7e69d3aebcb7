"""Two areas under the ROC curve on the same rows: how far their difference may be off."""

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Floats, Predictions
from retrace.evaluation.ranks import scored_classes


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


def area_difference_error(
    base: Predictions, other: Predictions, groups: NDArray[np.generic] | None = None
) -> tuple[float, float]:
    """Return the standard error of the difference of two areas, and its degrees of freedom.

    Rows of a group are taken together, as N. A. Obuchowski, Biometrics 53 (1997), 567-578, does.
    """
    apart = area_influences(other) - area_influences(base)
    if groups is None:
        rarest = np.bincount(base.y, minlength=base.probabilities.shape[1]).min()
        return float(np.sqrt((apart**2).sum())), float(max(rarest - 1, 1))
    units = np.unique(groups, return_inverse=True)[1]
    sums = np.bincount(units, apart)
    n_groups = len(sums)
    return float(np.sqrt((sums**2).sum() * n_groups / (n_groups - 1))), float(n_groups - 1)


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
