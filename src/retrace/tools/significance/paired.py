"""Any metric of two models on the same units: a permutation test and a bootstrap that agree."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from retrace.core.records import Floats
from retrace.evaluation.intervals import Interval, bca, expanded
from retrace.tools.significance.units import Units
from retrace.tools.significance.verdicts import rejects

CELLS = 2**16  # numbers held at once: they stay in the cache of the processor


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
        What the two models did.
    resamples : int
        B, the number of random swaps.
    generator : numpy Generator
        Draws the swaps.
    """
    base, other = _sums(units)
    change = units.other - units.base
    differing = np.flatnonzero(change.any(axis=1))
    if not len(differing):
        return 1.0
    # Swaps that come to the same difference add it up in another order: rounding must not decide.
    seen = abs(units.difference(base, other)) * (1 - 1e-9)
    as_extreme = 0
    for size in chunks(resamples, max(change[differing].shape)):
        moved = swaps(units.counts[differing], size, generator) @ change[differing]
        as_extreme += int((abs(units.difference(base + moved, other - moved)) >= seen).sum())
    return (1 + as_extreme) / (1 + resamples)


class Resampled(NamedTuple):
    """Differences of resampled units, each of shape (n_resamples,); see `paired_intervals`."""

    plain: Floats
    for_lower: Floats  # with one unit more that lowers the difference
    for_upper: Floats  # with one that raises it


def resample(units: Units, resamples: int, generator: np.random.Generator) -> Resampled:
    """Draw as many units as there are, with replacement, many times."""
    both = np.concatenate([units.base, units.other], axis=1)
    lower, upper = extreme_units(units)
    parts = []
    for size in chunks(resamples, max(both.shape)):
        base, other = np.split(draws(units.counts, size, generator) @ both, 2, axis=1)
        weights = generator.exponential(size=(size, 1))
        shifted = (
            units.difference(base + weights * one, other + weights * more)
            for one, more in (lower, upper)
        )
        parts.append(Resampled(units.difference(base, other), *shifted))
    return Resampled(*(np.concatenate(part) for part in zip(*parts, strict=True)))


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
    unseen: tuple[float, float] = (0.0, 0.0),
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
        What the two models did.
    p_value : float
        Of the permutation test.
    confidences : tuple of float
        Such as .95.
    resamples : int
        Draws of the bootstrap.
    generator : numpy Generator
        Draws the resamples.
    unseen : (float, float)
        What rows that are not seen add to the standard error, below and above: of `unseen_tails`.

    Returns
    -------
    intervals : list of Interval
    error : float
        The standard deviation of the resampled differences, and of what is unseen.
    """
    resampled = resample(units, resamples, generator)
    left_out = np.repeat(without_one(units), units.counts)
    seen = float(units.difference(*_sums(units)))
    intervals = []
    for confidence in confidences:
        level = expanded(confidence, units.n_units)
        plain = _held(bca(seen, resampled.plain, left_out, level), seen)
        quantile = float(special.stdtrit(units.n_units - 1, (1 + confidence) / 2))
        plain = _with_unseen(plain, seen, quantile, unseen)
        low = min(plain.low, float(np.quantile(resampled.for_lower, (1 - level) / 2)))
        high = max(plain.high, float(np.quantile(resampled.for_upper, (1 + level) / 2)))
        intervals.append(_agreeing(plain, Interval(low, high), rejects(p_value, confidence)))
    return intervals, float(np.hypot(resampled.plain.std(), max(unseen)))


def extreme_units(units: Units) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the units, seen or to be expected, that lower and that raise the difference most.

    Each seen unit counts in both directions, as the two models might have swapped their parts.
    """
    base, other = _sums(units)
    ones = np.concatenate([units.base, units.other, [units.wrong, units.right]])
    others = np.concatenate([units.other, units.base, [units.right, units.wrong]])
    effects = units.difference(base + ones, other + others) - units.difference(base, other)
    effects[(ones == others).all(axis=1)] = 0  # a unit on which both agree speaks for neither
    lowest, highest = effects.argmin(), effects.argmax()
    return (ones[lowest], others[lowest]), (ones[highest], others[highest])


def _with_unseen(
    interval: Interval, seen: float, quantile: float, unseen: tuple[float, float]
) -> Interval:
    if not any(unseen):
        return interval
    below, above = unseen
    return Interval(
        seen - float(np.hypot(seen - interval.low, quantile * below)),
        seen + float(np.hypot(interval.high - seen, quantile * above)),
    )


def _agreeing(plain: Interval, wide: Interval, rejected: bool) -> Interval:
    # The test is exact and the bootstrap is not: where the two part, the interval gives way.
    if not rejected:
        return Interval(min(wide.low, 0.0), max(wide.high, 0.0))
    low = plain.low if plain.low > 0 else wide.low
    high = plain.high if plain.high < 0 else wide.high
    return Interval(low, high)


def _held(interval: Interval, value: float) -> Interval:
    # Where no resample differs, BCa has no quantile to correct: all of them are the value.
    return Interval(value, value) if np.isnan(interval.low) else interval


def without_one(units: Units) -> Floats:
    """Return the difference without one unit of each pattern in turn."""
    base, other = _sums(units)
    return units.difference(base - units.base, other - units.other)


def _sums(units: Units) -> tuple[Floats, Floats]:
    return units.counts @ units.base, units.counts @ units.other


def swaps(counts: NDArray[np.int64], size: int, generator: np.random.Generator) -> Floats:
    """Draw how many units of each pattern are swapped, shape (size, n_patterns)."""
    n = len(counts)
    if (counts > 1).any():
        return generator.binomial(counts, 0.5, size=(size, n)).astype(np.float64)
    # A swap is a fair coin, and a random byte is eight of them.
    bits = np.frombuffer(generator.bytes(size * -(-n // 8)), np.uint8).reshape(size, -1)
    return np.unpackbits(bits, axis=1, count=n).astype(np.float64)


def chunks(total: int, width: int) -> Iterator[int]:
    """Yield how many of all to do at once, so that rows of this width stay in the cache."""
    size = max(64, CELLS // width)
    return (min(size, total - start) for start in range(0, total, size))
