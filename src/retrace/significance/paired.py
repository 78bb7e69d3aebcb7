"""Any metric of two models on the same units: a permutation test and a BCa bootstrap."""

from collections.abc import Iterator

import numpy as np

from retrace.intervals import Interval, bca
from retrace.records import Floats
from retrace.significance.units import Units

CELLS = 2**22  # numbers held at once


def observed(units: Units) -> tuple[float, float]:
    """Return the metric of the base and of the other model."""
    return float(units.score(units.counts @ units.base)), float(units.score(units.counts @ units.other))


def permutation_p_value(units: Units, resamples: int, generator: np.random.Generator) -> float:
    """Swap the two models' outputs unit by unit, and see how often the metrics differ as much.

    With ``p = (1 + b) / (1 + B)``, which is never 0: B. Phipson and G. K. Smyth, Stat. Appl. Genet.
    Mol. Biol. 9 (2010), article 39.
    """
    base, other = units.counts @ units.base, units.counts @ units.other
    change = units.other - units.base
    swapped = np.flatnonzero(change.any(axis=1))
    seen = abs(units.score(other) - units.score(base)) * (1 - 1e-9)
    as_extreme = 0
    for size in _chunks(resamples, max(1, CELLS // max(1, len(swapped)))):
        swaps = generator.binomial(units.counts[swapped], 0.5, size=(size, len(swapped)))
        moved = swaps @ change[swapped]
        as_extreme += int((abs(units.score(other - moved) - units.score(base + moved)) >= seen).sum())
    return (1 + as_extreme) / (1 + resamples)


def resampled_differences(units: Units, resamples: int, generator: np.random.Generator) -> Floats:
    """Draw as many units as there are, with replacement, many times; return each draw's difference."""
    n_units = int(units.counts.sum())
    share = units.counts / n_units
    found = []
    for size in _chunks(resamples, max(1, CELLS // len(share))):
        counts = generator.multinomial(n_units, share, size=size)
        found.append(units.score(counts @ units.other) - units.score(counts @ units.base))
    return np.concatenate(found)


def left_out_differences(units: Units) -> Floats:
    """Return the difference without one unit of each pattern."""
    base, other = units.counts @ units.base, units.counts @ units.other
    return units.score(other - units.other) - units.score(base - units.base)


def bca_intervals(
    units: Units, confidences: tuple[float, ...], resamples: int, generator: np.random.Generator
) -> list[Interval]:
    """Return the BCa interval of the difference at each confidence."""
    base, other = observed(units)
    resampled = resampled_differences(units, resamples, generator)
    left_out = np.repeat(left_out_differences(units), units.counts)
    return [bca(other - base, resampled, left_out, confidence) for confidence in confidences]


def _chunks(total: int, size: int) -> Iterator[int]:
    return (min(size, total - start) for start in range(0, total, size))
