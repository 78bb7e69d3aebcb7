"""What a comparison of two models comes to: the record of it, and the one rule that words it."""

from dataclasses import dataclass
from typing import Literal

from retrace.evaluation import LOWER_IS_BETTER
from retrace.intervals import Interval

ALPHA = 0.05

VERDICTS = ("better", "worse", "equivalent", "no significant difference", "cannot tell")

Unit = Literal["row", "group", "seed", "split"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How one metric of two models differs.

    Attributes
    ----------
    metric : str
    base, other : float
        The values of the metric.
    difference : float
        ``other - base``.
    interval, narrow : Interval
        Of the difference: 95 %, and 90 % for equivalence. NaN where nothing can be told.
    p_value : float
    test : str
        The name of the test.
    n_units : int
    unit : str
        What was resampled: ``"row"``, ``"group"``, ``"seed"`` or ``"split"``.
    detectable : float or None
        The smallest true difference that would be found with power .8 at alpha .05, given how often the
        two models disagree here.
    detectable_is_bound : bool
        Whether that is an upper bound, because they never disagree.
    verdict : str
        One of `VERDICTS`, said of ``other``.
    reason : str
        One sentence where the verdict needs one, else empty.
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
    verdict: str
    reason: str


def decide(
    metric: str,
    difference: float,
    p_value: float,
    interval: Interval,
    narrow: Interval,
    tolerance: float | None = None,
) -> tuple[str, str]:
    """Word a verdict, and the reason where test and interval do not say the same.

    "Better" and "worse" need both: a p-value under .05 and an interval without 0.
    """
    if tolerance is not None and -tolerance <= narrow.low and narrow.high <= tolerance:
        return "equivalent", f"the 90 % interval lies within ±{tolerance:g}"
    excludes_zero = interval.low > 0 or interval.high < 0
    if p_value < ALPHA and excludes_zero:
        return ("better" if (difference < 0) == (metric in LOWER_IS_BETTER) else "worse"), ""
    if p_value < ALPHA:
        return VERDICTS[3], f"the test alone finds one (p = {p_value:.2g}), but the interval contains 0"
    if excludes_zero:
        return VERDICTS[3], f"the interval alone leaves 0 out, but the test does not (p = {p_value:.2g})"
    return VERDICTS[3], ""
