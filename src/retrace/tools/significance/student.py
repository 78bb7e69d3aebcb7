"""A difference by its standard error: Student's t-test, and the interval that is its inversion."""

import numpy as np
from scipy import special

from retrace.evaluation.intervals import Interval
from retrace.tools.significance.power import POWER
from retrace.tools.significance.verdicts import ALPHA, NOTHING, Evidence, confidences


def student_evidence(
    test: str, difference: float, error: float, freedom: float, alpha: float = ALPHA
) -> Evidence:
    """Test a difference by its standard error; the interval is that test's inversion.

    Parameters
    ----------
    test : str
        The name to report.
    difference, error : float
        The estimate and its standard error.
    freedom : float
        Degrees of freedom.
    alpha : float
        The level of the test.
    """
    # Repeats that differ by rounding alone would make any difference certain, and 0 as well.
    if error < 1e-12:
        why = "the difference is the same each time, which says nothing of how far it may be off"
        return NOTHING._replace(test=test, reason=why)
    t = abs(difference) / error
    halves = special.stdtrit(freedom, (1 + np.array(confidences(alpha))) / 2) * error
    wide, narrow = (Interval(float(difference - half), float(difference + half)) for half in halves)
    return Evidence(
        test=test,
        p_value=float(2 * special.stdtr(freedom, -t)),
        interval=wide,
        narrow=narrow,
        detectable=float(special.stdtrit(freedom, [1 - alpha / 2, POWER]).sum() * error),
        detectable_is_bound=False,
        reason="",
        alpha=alpha,
    )
