"""Two areas under the ROC curve on the same rows: how far their difference may be off."""

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Predictions
from retrace.evaluation.areas import area_influences


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
