"""Many models against one base: permutations of all of them at once, so that no p-value has a floor.

Holm's correction multiplies the smallest p by the number of tests, and of 10,000 permutations none is
below .0001: among 501 models nothing could be called. The largest of all statistics under the same swaps
says what luck does to the best of so many: P. H. Westfall and S. S. Young, Resampling-Based Multiple
Testing, Wiley 1993.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Floats, Predictions
from retrace.tools.significance.paired import chunks, swaps
from retrace.tools.significance.totals import unit_totals
from retrace.tools.significance.units import numbered_units


def swapped_differences(
    base: Predictions,
    other: Predictions,
    metric: str,
    *,
    groups: NDArray[np.generic] | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> Floats:
    """Return by how much a metric differs as it is, and under swaps that are the same for any model.

    Parameters
    ----------
    base, other : Predictions
        Of the same rows in the same order.
    metric, groups, resamples, seed
        As in `retrace.tools.significance.compare_rows`.

    Returns
    -------
    float32 array of shape (1 + resamples,)
        Without a sign, in standard deviations under swaps; the first is the difference as it is.
    """
    generator = np.random.default_rng(seed)
    units = numbered_units(len(base.y), groups, generator)
    ones = np.ones(int(units.max()) + 1, np.int64)
    (was, now), score = unit_totals([base, other], metric, units, len(ones))
    sums, change = (was.sum(axis=0), now.sum(axis=0)), now - was
    found = [np.atleast_1d(score(sums[1]) - score(sums[0]))]
    for size in chunks(resamples, max(change.shape)):
        moved = swaps(ones, size, generator) @ change
        found.append(score(sums[1] - moved) - score(sums[0] + moved))
    differences = np.abs(np.concatenate(found))
    deviation = float(np.sqrt(np.mean(differences[1:] ** 2)))
    return (differences / (deviation or 1.0)).astype(np.float32)


def max_t(swapped: Sequence[Floats]) -> Floats:
    """Return the p-value of each model, corrected for all of them.

    Parameters
    ----------
    swapped : sequence of float array of shape (1 + n_resamples,)
        Of `swapped_differences`, each with the same base, rows and seed.

    Returns
    -------
    float64 array of shape (n_models,)
    """
    largest = np.max([each[1:] for each in swapped], axis=0)
    # Swaps that come to the same difference add it up in another order: rounding must not decide.
    as_extreme = [(largest >= each[0] * (1 - 1e-6)).sum() for each in swapped]
    return (1 + np.array(as_extreme, dtype=np.float64)) / (1 + len(largest))
