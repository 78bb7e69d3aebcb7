"""Any metric of two models on the same units: a permutation test and a bootstrap that agree."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from retrace.intervals import Interval, bca
from retrace.records import Floats
from retrace.significance.units import Units

CELLS = 2**21  # numbers held at once


def observed(units: Units) -> tuple[float, float]:
    """Return the metric of the base and of the other model."""
    base, other = _sums(units)
    return float(units.score(base)), float(units.score(other))


def permutation_p_value(units: Units, resamples: int, generator: np.random.Generator) -> float:
    """Swap the two models' outputs unit by unit, and see how often the metrics differ as much.

    With ``p = (1 + b) / (1 + B)``, which is never 0: B. Phipson and G. K. Smyth, Stat. Appl. Genet.
    Mol. Biol. 9 (2010), article 39.

    Parameters
    ----------
    units : Units
    resamples : int
        B, the number of random swaps.
    generator : numpy Generator
    """
    base, other = _sums(units)
    change = units.other - units.base
    differing = np.flatnonzero(change.any(axis=1))
    if not len(differing):
        return 1.0
    seen = abs(units.difference(base, other)) * (1 - 1e-9)
    as_extreme = 0
    for size in _chunks(resamples, len(differing)):
        moved = _swaps(units.counts[differing], size, generator) @ change[differing]
        as_extreme += int((abs(units.difference(base + moved, other - moved)) >= seen).sum())
    return (1 + as_extreme) / (1 + resamples)


def resample(units: Units, resamples: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw as many units as there are, with replacement, many times.

    Returns
    -------
    base, other : float64 array of shape (n_resamples, n_totals)
    """
    both = np.concatenate([units.base, units.other], axis=1)
    sizes = _chunks(resamples, len(units.counts))
    sums = np.concatenate([draws(units.counts, size, generator) @ both for size in sizes])
    base, other = np.split(sums, 2, axis=1)
    return base, other


def draws(counts: NDArray[np.int64], size: int, generator: np.random.Generator) -> Floats:
    """Return how often each pattern comes up in each resample, shape (size, n_patterns)."""
    n = len(counts)
    if (counts > 1).any():
        drawn = generator.multinomial(counts.sum(), counts / counts.sum(), size=size)
    else:  # many times faster
        cells = generator.integers(n, size=(size, n)) + np.arange(size)[:, np.newaxis] * n
        drawn = np.bincount(cells.ravel(), minlength=size * n).reshape(size, n)
    return drawn.astype(np.float64)


def paired_intervals(
    units: Units,
    p_value: float,
    confidences: tuple[float, ...],
    resamples: int,
    generator: np.random.Generator,
) -> tuple[list[Interval], float]:
    """Compute intervals of the difference that never contradict the permutation test.

    The paired BCa bootstrap, widened in three ways.

    - Its level is that of Student's t and not the normal distribution: T. Hesterberg, Am. Stat. 69
      (2015), 371-386, where it is named the expanded percentile interval.
    - Where few units differ, resamples know only those few. So each limit also has to hold for a sample
      with one more unit that speaks for it, weighted at random as in D. B. Rubin's Bayesian bootstrap,
      Ann. Stat. 9 (1981), 130-134. For a proportion this is how C. J. Clopper and E. S. Pearson's limits
      come about. Where the test leaves 0 out, the limit beside 0 needs no such help.
    - Where the test does not leave out 0, the interval does not either.

    Parameters
    ----------
    units : Units
    p_value : float
        Of the permutation test.
    confidences : tuple of float
        Such as .95.
    resamples : int
    generator : numpy Generator

    Returns
    -------
    intervals : list of Interval
    error : float
        The standard deviation of the resampled differences.
    """
    base, other = resample(units, resamples, generator)
    differences = units.difference(base, other)
    left_out = np.repeat(_without_one(units), units.counts)
    seen = float(units.difference(*_sums(units)))
    weights = generator.exponential(size=(resamples, 1))
    for_lower, for_upper = (
        units.difference(base + weights * one, other + weights * another)
        for one, another in extreme_units(units)
    )
    found = []
    for confidence in confidences:
        level = _expanded(confidence, units.n_units)
        plain = _held(bca(seen, differences, left_out, level), seen)
        low = min(plain.low, float(np.quantile(for_lower, (1 - level) / 2)))
        high = max(plain.high, float(np.quantile(for_upper, (1 + level) / 2)))
        found.append(_agreeing(plain, Interval(low, high), p_value < 1 - confidence))
    return found, float(differences.std())


def extreme_units(units: Units) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the units, seen or to be expected, that lower and that raise the difference most.

    Each seen unit counts in both directions, as the two models might have swapped their parts.
    """
    base, other = _sums(units)
    ones = np.concatenate([units.base, units.other, [units.wrong, units.right]])
    others = np.concatenate([units.other, units.base, [units.right, units.wrong]])
    effects = units.difference(base + ones, other + others) - units.difference(base, other)
    effects[(ones == others).all(axis=1)] = 0
    lowest, highest = effects.argmin(), effects.argmax()
    return (ones[lowest], others[lowest]), (ones[highest], others[highest])


def _agreeing(plain: Interval, wide: Interval, rejected: bool) -> Interval:
    if not rejected:
        return Interval(min(wide.low, 0.0), max(wide.high, 0.0))
    low = plain.low if plain.low > 0 else wide.low
    high = plain.high if plain.high < 0 else wide.high
    return Interval(low, high)


def _held(interval: Interval, value: float) -> Interval:
    return Interval(value, value) if np.isnan(interval.low) else interval


def _expanded(confidence: float, n: int) -> float:
    z = np.sqrt(n / (n - 1)) * stats.t.ppf((1 + confidence) / 2, n - 1)
    return float(2 * stats.norm.cdf(z) - 1)


def _without_one(units: Units) -> Floats:
    base, other = _sums(units)
    return units.difference(base - units.base, other - units.other)


def _sums(units: Units) -> tuple[Floats, Floats]:
    return units.counts @ units.base, units.counts @ units.other


def _swaps(counts: NDArray[np.int64], size: int, generator: np.random.Generator) -> Floats:
    """Return how many units of each pattern are swapped, shape (size, n_patterns)."""
    n = len(counts)
    if (counts > 1).any():
        return generator.binomial(counts, 0.5, size=(size, n)).astype(np.float64)
    bits = np.frombuffer(generator.bytes(size * -(-n // 8)), np.uint8).reshape(size, -1)
    return np.unpackbits(bits, axis=1, count=n).astype(np.float64)


def _chunks(total: int, width: int) -> Iterator[int]:
    size = max(1, CELLS // width)
    return (min(size, total - start) for start in range(0, total, size))
