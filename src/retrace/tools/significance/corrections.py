"""Many tests at once."""

import numpy as np
from numpy.typing import ArrayLike

from retrace.core.records import Floats


def holm(p_values: ArrayLike) -> Floats:
    """Adjust p-values so that the chance of any false alarm among them stays at alpha.

    S. Holm, Scand. J. Statist. 6 (1979), 65-70.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)

    Returns
    -------
    float64 array of shape (n_tests,)
        In the order given.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    found = np.empty_like(p)
    found[order] = np.minimum(adjusted, 1)
    return found
