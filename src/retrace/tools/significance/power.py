"""The smallest true difference that a comparison would have found.

Never the "observed power", which is the p-value in other words: J. M. Hoenig and D. M. Heisey, Am. Stat.
55 (2001), 19-24. These ask what the test could find, whatever it did find.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy import optimize, special

from retrace.core.records import Floats
from retrace.tools.significance.verdicts import ALPHA

POWER = 0.8
EXACT_UP_TO = 2000  # discordant rows; beyond, the normal distribution is as good


@lru_cache(maxsize=1024)
def detectable_accuracy(discordant: int, n: int, alpha: float = ALPHA) -> float:
    """Return the smallest difference of two accuracies that McNemar's mid-p test finds.

    With power .8, if the two models disagree as often as here; if that is too seldom for
    any difference to be found, then if they disagreed as often as needed, always for the same side.

    Parameters
    ----------
    discordant : int
        Rows that one model has right and the other wrong.
    n : int
        Rows in all.
    alpha : float
        The level of the test.

    Returns
    -------
    float
        Up to 1, which no test part is too small for.
    """
    share = discordant / n
    if share == 0 or _power(share, share, n, alpha) < POWER:
        return _root(lambda d: _power(d, d, n, alpha) - POWER, share, 1.0)
    return _root(lambda d: _power(d, share, n, alpha) - POWER, 0.0, share)


def detectable_mean(error: float, effect: float, n: int, alpha: float = ALPHA) -> float:
    """Return the smallest difference that a test finds whose estimate has this standard error.

    With power .8. And not less than the fewest units that McNemar's test needs would make,
    were each to have ``effect`` on the difference.

    Parameters
    ----------
    error : float
        The standard error.
    effect : float
        What one unit changes.
    n : int
        Units in all.
    alpha : float
        The level of the test.
    """
    quantiles = special.stdtrit(n - 1, [1 - alpha / 2, POWER]).sum()
    return float(max(quantiles * error, detectable_accuracy(0, n, alpha) * n * effect))


def rows_needed(difference: float, share: float) -> int:
    """Return how many rows McNemar's mid-p test needs to find a difference of two accuracies.

    With power .8 at alpha .05.

    Parameters
    ----------
    difference : float
        Above 0.
    share : float
        How often one model is right and the other wrong; at least the difference.
    """
    share = min(max(share, difference), 1.0)
    enough = 8
    while _power(difference, share, enough) < POWER:
        enough *= 2
    low, high = enough // 2, enough
    while high - low > 1:  # of a power that rises in small steps, near enough
        middle = (low + high) // 2
        low, high = (low, middle) if _power(difference, share, middle) >= POWER else (middle, high)
    return high


def _power(difference: float, share: float, n: int, alpha: float = ALPHA) -> float:
    """Return the power of McNemar's mid-p test, given the true difference and discordance."""
    won = (1 + difference / share) / 2
    if share * n > EXACT_UP_TO:
        # Where all disagreements are on one side the error is 0, and the power 0 or 1.
        error = np.sqrt(max(share - difference**2, 0) / n) or 1e-300
        limit = special.ndtri(1 - alpha / 2) * np.sqrt(share / n)
        return float(special.ndtr((difference - limit) / error))
    discordant = _likely(share, n)
    # The quantile may be one too many or too few, as a count jumps over alpha.
    quantile = np.nan_to_num(special.bdtrik(alpha / 2, discordant, 0.5))  # NaN below the chance of 0
    fewest = np.ceil(quantile) - 1  # the most that may go the other way
    fewest += _mid_p(fewest + 1, discordant) < alpha
    rejected = _at_most(fewest, discordant, 1 - won) + _at_most(fewest, discordant, won)
    weights = np.exp(
        special.gammaln(n + 1)
        - special.gammaln(discordant + 1)
        - special.gammaln(n - discordant + 1)
        + special.xlogy(discordant, share)
        + special.xlog1py(n - discordant, -share)
    )
    return float(weights @ rejected)


def _at_most(k: Floats, n: Floats, p: float) -> Floats:
    """Return the chance of at most k hits in n. scipy.stats knows it too, but takes a second to load."""
    return np.where(k < 0, 0.0, special.bdtr(np.clip(k, 0, n), n.astype(np.int64), p))


def _mid_p(fewer: Floats, n: Floats) -> Floats:
    return _at_most(fewer, n, 0.5) + _at_most(fewer - 1, n, 0.5)


def _likely(share: float, n: int) -> Floats:
    # Counts further off than eight standard deviations have no weight that a float can hold.
    spread = 8 * np.sqrt(n * share * (1 - share)) + 8
    return np.arange(max(0, int(n * share - spread)), min(n, int(n * share + spread)) + 1, dtype=float)


def _root(gap: Callable[[float], float], low: float, high: float) -> float:
    if gap(high) < 0:
        return high
    # At a difference of 0 the share of a side would be 0 / 0.
    return float(optimize.brentq(gap, max(low, 1e-12), high, xtol=1e-9))
