"""How far a value could be off: the interval, Wilson's for proportions, and what resamples come to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from retrace.core.records import Floats
from retrace.evaluation.definition import ROUNDING
from retrace.evaluation.metrics import OURS
from retrace.evaluation.serial import Memory, low_frequency_error
from retrace.evaluation.units import effective_number

PROPORTIONS = tuple(name for name, metric in OURS.items() if metric.proportion)

FEWEST_GROUPS = 3  # of equal size, or as good as that


@dataclass(frozen=True)
class Interval:
    """A lower and an upper bound; both NaN, with the reason, where the rows cannot tell."""

    low: float
    high: float
    reason: str = ""


def no_interval(reason: str) -> Interval:
    """Return the interval of what the rows cannot tell."""
    return Interval(np.nan, np.nan, reason)


def interval_text(interval: Interval, digits: int = 4) -> str:
    """Write an interval as ``"0.9712 to 0.9970"``, or say that there is none."""
    if np.isnan(interval.low):
        return "no estimate"
    return f"{number_text(interval.low, digits)} to {number_text(interval.high, digits)}"


def number_text(value: float, digits: int = 4) -> str:
    """Write a number so that it can be read: of large ones the thousands and not the decimals.

    Parameters
    ----------
    digits : int
        Decimals of a number below 100.
    """
    if not np.isfinite(value):
        return "—"
    size = abs(value)
    decimals = digits if size < 100 else 1 if size < 10_000 else 0
    return f"{value:,.{decimals}f}"


def wilson(successes: int, n: int, confidence: float) -> Interval:
    """Interval of a proportion: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212."""
    if n == 0:
        return no_interval("no row")
    from scipy.stats import binomtest  # a second to load, and whoever compares does not need it

    limits = binomtest(successes, n).proportion_ci(confidence, method="wilson")
    return Interval(float(limits.low), float(limits.high))


def grouped_wilson(
    right: NDArray[np.bool_],
    groups: NDArray[np.generic],
    confidence: float,
    memory: Memory | None = None,
) -> Interval:
    """Interval of a proportion of rows that come in groups.

    Wilson's interval at the effective sample size, after E. L. Korn and B. I. Graubard, Survey
    Methodology 24 (1998), 193-201: as many independent rows as would vary as much as these groups do,
    never more than there are rows. Three things help where groups are few or unequal:

    - a group that pulls the proportion to itself is corrected for it, by the jackknife;
    - the degrees of freedom are those of Kish's effective number of groups;
    - a group more, of which half is as rare as mistakes are, is counted among the variance: with few
      groups, those that err may all be missing.

    Parameters
    ----------
    right : bool array of shape (n_samples,)
        Which rows count as successes.
    groups : array of shape (n_samples,)
        The unit that each row belongs to.
    confidence : float
        Such as .95.
    memory : Memory, optional
        Of blocks of rows that follow each other in time: where it is long, they vary as much as their
        slow movements do.
    """
    units = np.unique(groups, return_inverse=True)[1]
    effective = effective_number(units)
    if effective < FEWEST_GROUPS:
        n_groups = len(np.unique(units))
        return no_interval(f"{n_groups} groups count as {effective:.1f} equal ones: too few")
    sizes, successes = np.bincount(units), np.bincount(units, right)
    n_rows, share = len(right), float(np.mean(right))
    # Of a ratio of sums, linearised; without the group itself.
    residuals = (successes - share * sizes) / (1 - sizes / n_rows)
    size = float((sizes**2).sum() / n_rows)  # of the group that a row is in, on average
    variance = float((residuals**2).sum() + (size / 2) ** 2) / n_rows**2
    freedom = effective - 1
    if memory and memory.is_long:
        if memory.too_long:
            return no_interval(memory.too_long)
        slow = low_frequency_error(residuals * len(sizes) / n_rows, memory.n_cosines) ** 2
        variance, freedom = (slow, memory.n_cosines) if slow > variance else (variance, freedom)
    rare = (min(share, 1 - share) * n_rows + size / 2) / (n_rows + size)
    n = min(n_rows, rare * (1 - rare) / variance)
    t = special.stdtrit(freedom, (1 + confidence) / 2)
    centre = (share + t**2 / (2 * n)) / (1 + t**2 / n)
    half = t * np.sqrt(share * (1 - share) / n + t**2 / (4 * n**2)) / (1 + t**2 / n)
    return Interval(max(0.0, float(centre - half)), min(1.0, float(centre + half)))


def bca(observed: float, resampled: Floats, left_out: Floats, confidence: float) -> Interval:
    """Return the BCa interval.

    Parameters
    ----------
    observed : float
        The statistic of all units.
    resampled : float64 array of shape (n_resamples,)
        The statistic of each resample.
    left_out : float64 array of shape (n_units,)
        The statistic without each unit.
    confidence : float
        Such as .95.
    """
    if not np.isfinite(resampled).all() or not np.isfinite(observed):
        return no_interval("some resamples leave it undefined")
    if np.ptp(resampled) <= ROUNDING * np.abs(resampled).max():
        return no_interval("no test row varies it")
    # Bias: how far the middle of the resamples lies beside the observed value. Metrics of few rows take
    # few values, so ties count half; and a share of 0 or 1 would send the normal quantile to infinity.
    below = (np.mean(resampled < observed) + np.mean(resampled <= observed)) / 2
    edge = 0.5 / len(resampled)
    bias = special.ndtri(np.clip(below, edge, 1 - edge))
    # Acceleration: how the spread changes with the value, from the skewness of what each unit changes.
    influence = left_out.mean() - left_out
    spread = (influence**2).sum() ** 1.5
    acceleration = (influence**3).sum() / (6 * spread) if spread > 0 else 0.0
    z = bias + special.ndtri([(1 - confidence) / 2, (1 + confidence) / 2])
    levels = special.ndtr(bias + z / (1 - acceleration * z))
    low, high = np.quantile(resampled, levels)
    return Interval(float(low), float(high))


def expanded(confidence: float, n_units: int) -> float:
    """Return the level of percentiles that makes up for few units.

    That of Student's t and not of the normal distribution: T. Hesterberg, Am. Stat. 69 (2015), 371-386,
    where it is named the expanded percentile interval.
    """
    z = np.sqrt(n_units / (n_units - 1)) * special.stdtrit(n_units - 1, (1 + confidence) / 2)
    return float(2 * special.ndtr(min(z, 5)) - 1)  # of two units, it would be 1
