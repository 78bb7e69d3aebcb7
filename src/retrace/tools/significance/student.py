"""A difference and its standard error, held against Student's t."""

import numpy as np
from scipy import special

from retrace.evaluation.intervals import Interval
from retrace.tools.significance.power import POWER
from retrace.tools.significance.verdicts import ALPHA, CONFIDENCES, NOTHING, Evidence

MIN_REPEATS = 5  # seeds or splits on each side


def student_evidence(test: str, difference: float, error: float, freedom: float) -> Evidence:
    """Test a difference by its standard error; the interval is that test's inversion.

    Parameters
    ----------
    test : str
        The name to report.
    difference, error : float
        The estimate and its standard error.
    freedom : float
        Degrees of freedom.
    """
    # Repeats that differ by rounding alone would make any difference certain.
    if error < 1e-12 and difference:
        return NOTHING._replace(
            test=test, reason="the difference is the same each time, to the last digit"
        )
    t = abs(difference) / error if error else 0.0
    halves = special.stdtrit(freedom, (1 + np.array(CONFIDENCES)) / 2) * error
    wide, narrow = (Interval(float(difference - half), float(difference + half)) for half in halves)
    return Evidence(
        test=test,
        p_value=float(2 * special.stdtr(freedom, -t)),
        interval=wide,
        narrow=narrow,
        detectable=float(special.stdtrit(freedom, [1 - ALPHA / 2, POWER]).sum() * error),
        detectable_is_bound=not error,
        reason="",
    )
