"""Two models on the same rows, each row right or wrong: McNemar's mid-p test and its interval."""

import numpy as np
from scipy import special

from retrace.evaluation.intervals import Interval
from retrace.tools.significance.verdicts import rejects


def mcnemar_p_value(gained: int, lost: int) -> float:
    """Return the two-sided mid-p-value: Q. McNemar, Psychometrika 12 (1947), 153-157.

    What is as likely as what was seen counts half, as in M. W. Fagerland, S. Lydersen and P. Laake, BMC
    Med. Res. Methodol. 13 (2013), 91: the exact test keeps so far below its level that it finds less.

    Parameters
    ----------
    gained, lost : int
        Rows that only the other model, and only the base, has right.
    """
    fewer, n = min(gained, lost), gained + lost
    below = float(special.bdtr(fewer - 1, n, 0.5)) if fewer else 0.0
    # Of two sides, so the likelihood of the very outcome counts once.
    return min(1.0, below + float(special.bdtr(fewer, n, 0.5)))


def mcnemar_interval(gained: int, lost: int, n: int, confidence: float) -> Interval:
    """Return an interval for the difference of two accuracies that leaves out 0 when the test does.

    The score interval of T. Tango, Statist. Med. 17 (1998), 891-908. Where it alone would leave out 0,
    it is extended to 0.

    Parameters
    ----------
    gained, lost : int
        Rows that only the other model, and only the base, has right.
    n : int
        Rows in all.
    confidence : float
        Such as .95.
    """
    z2 = float(special.ndtri((1 + confidence) / 2)) ** 2
    estimate = (gained - lost) / n
    low = -_tango_high(lost, gained, n, z2)
    high = _tango_high(gained, lost, n, z2)
    if not rejects(mcnemar_p_value(gained, lost), confidence):
        low, high = min(low, 0.0), max(high, 0.0)
    return Interval(min(low, estimate), max(high, estimate))


def _tango_high(gained: int, lost: int, n: int, z2: float) -> float:
    # The largest difference that the score test does not reject. It has no closed form, but the test
    # rejects all that lie above it, so halving finds it; 60 times is past the precision of a float.
    low, high = (gained - lost) / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        # q: how often only the base is right, as is likeliest were `middle` the true difference.
        b = -gained - lost + (2 * n - gained + lost) * middle
        c = -lost * middle * (1 - middle)
        q = (np.sqrt(max(b * b - 8 * n * c, 0)) - b) / (4 * n)
        variance = n * (2 * q + middle * (1 - middle))
        outside = (gained - lost - n * middle) ** 2 > z2 * variance
        low, high = (low, middle) if outside else (middle, high)
    return high
