"""What a comparison of two models comes to: the words of a verdict, and the one rule behind them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrace.evaluation.intervals import Interval
from retrace.evaluation.metrics import LOWER_IS_BETTER
from retrace.evaluation.units import UnitKind, effective_number

ALPHA = 0.05
MIN_GROUPS = 20
MIN_EFFECTIVE = 6  # of unequal sizes: of fewer, no difference at all is found


class Verdict(StrEnum):
    """What a model is, held against another: the best first."""

    BETTER = "better"
    EQUIVALENT = "equivalent"
    NO_DIFFERENCE = "no significant difference"
    CANNOT_TELL = "cannot tell"
    WORSE = "worse"
    NOT_COMPARABLE = "not comparable"

    @property
    def is_significant(self) -> bool:
        """Whether a difference was found."""
        return self in (Verdict.BETTER, Verdict.WORSE)


Unit = UnitKind | Literal["seed", "split"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How one metric of two models differs.

    Attributes
    ----------
    metric : str
        The metric that was tested.
    base, other : float
        The values of the metric.
    difference : float
        ``other - base``.
    interval, narrow : Interval
        Of the difference: at ``1 - alpha`` and, for equivalence, ``1 - 2 * alpha``. NaN where nothing
        can be told.
    p_value : float
        NaN where nothing can be told.
    test : str
        The name of the test.
    n_units : int
        For seeds: the fewer of the two sides.
    unit : str
        What the models are judged on: a kind of `RowUnits`, ``"seed"`` or ``"split"``.
    detectable : float or None
        The smallest true difference that would be found with power .8, given how often the two models
        disagree here.
    detectable_is_bound : bool
        Whether it can only be larger, because they never disagree: how much they would, had they been
        asked more, is not known.
    verdict : Verdict
        What ``other`` is.
    reason : str
        One sentence where the verdict needs one, else empty.
    alpha : float
        The level of the test.
    """

    metric: str
    base: float
    other: float
    difference: float
    interval: Interval
    narrow: Interval
    p_value: float
    test: str
    n_units: int
    unit: Unit
    detectable: float | None
    detectable_is_bound: bool
    verdict: Verdict
    reason: str
    alpha: float = ALPHA


class Evidence(NamedTuple):
    """What a method found: the fields of `Comparison` that need one, before a verdict."""

    test: str
    p_value: float
    interval: Interval
    narrow: Interval
    detectable: float | None
    detectable_is_bound: bool
    reason: str
    alpha: float = ALPHA


UNKNOWN = Interval(np.nan, np.nan)
NOTHING = Evidence("none", np.nan, UNKNOWN, UNKNOWN, None, False, "")


def confidences(alpha: float) -> tuple[float, float]:
    """Return the confidence of a test's intervals: of the difference, and for equivalence.

    Two one-sided tests at alpha each are an interval at ``1 - 2 * alpha`` within the tolerance.
    """
    return 1 - alpha, 1 - 2 * alpha


def as_percent(confidence: float) -> str:
    """Write the confidence of an interval."""
    return f"{100 - float(f'{100 * (1 - confidence):.3g}'):g} %"


def compared(
    metric: str,
    base: float,
    other: float,
    evidence: Evidence,
    tolerance: float | None,
    *,
    n_units: int,
    unit: Unit,
) -> Comparison:
    """Word the verdict on what was found."""
    verdict, why = decide(metric, other - base, evidence, tolerance)
    return Comparison(
        metric=metric,
        base=base,
        other=other,
        difference=other - base,
        n_units=n_units,
        unit=unit,
        verdict=verdict,
        **(evidence._asdict() | {"reason": "; ".join(filter(None, [evidence.reason, why]))}),
    )


def decide(
    metric: str, difference: float, evidence: Evidence, tolerance: float | None = None
) -> tuple[Verdict, str]:
    """Word a verdict, and a reason where test and interval do not say the same.

    "Better" and "worse" need both: a p-value under alpha and an interval without 0.
    """
    improved = (difference < 0) == (metric in LOWER_IS_BETTER)
    verdict = by_p_value(evidence.p_value, improved, evidence.alpha)
    narrow = evidence.narrow
    if verdict is Verdict.CANNOT_TELL:
        return verdict, ""
    if tolerance is not None and -tolerance <= narrow.low and narrow.high <= tolerance:
        at = as_percent(confidences(evidence.alpha)[1])
        return Verdict.EQUIVALENT, f"the {at} interval lies within ±{tolerance:g}"
    if verdict.is_significant and evidence.interval.low <= 0 <= evidence.interval.high:
        alone = f"the test alone finds one (p = {evidence.p_value:.2g})"
        return Verdict.NO_DIFFERENCE, f"{alone}, but the interval contains 0"
    return verdict, ""


def by_p_value(p_value: float, improved: bool, alpha: float = ALPHA) -> Verdict:
    """Word what a test alone says; ``improved`` is the side on which the difference lies."""
    if np.isnan(p_value):
        return Verdict.CANNOT_TELL
    if p_value >= alpha:
        return Verdict.NO_DIFFERENCE
    return Verdict.BETTER if improved else Verdict.WORSE


def after_correction(
    alone: Comparison, p_value: float, n_tests: int, how: str = "Holm"
) -> tuple[Verdict, str]:
    """Word the verdict once more, of one test among many.

    Parameters
    ----------
    alone : Comparison
        What it is alone.
    p_value : float
        Corrected for all tests, as by `retrace.tools.significance.holm`.
    n_tests : int
        How many there are.
    how : str
        What the correction is called.
    """
    if not alone.verdict.is_significant or p_value < alone.alpha:
        return alone.verdict, alone.reason
    return (
        Verdict.NO_DIFFERENCE,
        f"alone it would be {alone.verdict}, but not among {n_tests} runs ({how})",
    )


def is_surely_worse(comparison: Comparison, tolerance: float | None = None) -> bool:
    """Return whether the whole interval lies on the bad side, further than the tolerance."""
    best = -comparison.interval.low if comparison.metric in LOWER_IS_BETTER else comparison.interval.high
    return best < -(tolerance or 0)


def is_maybe_worse(comparison: Comparison, tolerance: float) -> bool:
    """Return whether the interval reaches further to the bad side than the tolerance.

    That it does not is a test of non-inferiority: "cannot tell" does not pass.
    """
    worst = (
        -comparison.interval.high if comparison.metric in LOWER_IS_BETTER else comparison.interval.low
    )
    return not worst > -tolerance


def rejects(p_value: float, confidence: float) -> bool:
    """Return whether a test rejects at the level that goes with an interval's confidence."""
    return p_value < round(1 - confidence, 9)


def too_few_units(n_units: int, groups: NDArray[np.generic] | None, unit: Unit = "group") -> str:
    """Return why so few rows or groups tell nothing, or an empty string."""
    if groups is None:
        needed, unit = 2, "row"
    else:
        needed = MIN_GROUPS
    if n_units < needed:
        return f"{n_units} {unit}s are too few to tell: at least {needed} are needed"
    effective = np.inf if groups is None else effective_number(np.unique(groups, return_inverse=True)[1])
    if effective >= MIN_EFFECTIVE:
        return ""
    return (
        f"a few of the {n_units} {unit}s hold most of the rows, as good as {effective:.1f} equal ones:"
        f" at least {MIN_EFFECTIVE} are needed"
    )
