"""Cells of docs/statistics.md: what it costs to correct across requests, and not in each alone.

As many requests as a test part has looks, each asked once, all against one main whose luck they share.
Three rules: nothing across requests; Bonferroni over the budget; e-LOND (Z. Xu and A. Ramdas, Online
multiple testing with e-values, AISTATS 2024), which holds the false discovery rate whatever the tests
depend on.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from looks import BOTH_WRONG, DISAGREE
from retrace.tools.significance.looks import BUDGET, level
from retrace.tools.significance.mcnemar import mcnemar_p_value
from retrace.tools.significance.verdicts import ALPHA

Cell = dict[str, Any]
Counts = NDArray[np.int64]
Found = NDArray[np.bool_]

GAINS = {449: (0.03,), 2000: (0.02, 0.03), 5000: (0.01, 0.02), 20000: (0.005, 0.01)}
SHARES = (0.1, 0.5)  # of the requests gain something
ACROSS = [(449, 0.0, 0.0), (5000, 0.0, 0.0)] + [
    (n, gain, share) for n, gains in GAINS.items() for gain in gains for share in SHARES
]


def across_cell(n: int, gain: float, share: float, replicates: int) -> Cell:
    """Say how often each rule finds the requests that gain, and how often it takes others for such."""
    runs = [_run(n, gain, share, seed) for seed in range(max(20, replicates // 10))]
    cell: Cell = {
        "rows": n,
        "a gain": f"{gain:g}" if share else "none",
        "of requests": f"{share:.0%}".replace("%", " %"),
    }
    for name in ("alone", "Bonferroni", "e-LOND"):
        false, true, gained = np.array([run[name] for run in runs], dtype=float).T
        cell[f"{name}: any false"] = float((false > 0).mean())
        cell[f"{name}: false of found"] = float((false / np.maximum(false + true, 1)).mean())
        cell[f"{name}: power"] = float(true.sum() / gained.sum()) if share else None
    return cell


def _run(n: int, gain: float, share: float, seed: int) -> dict[str, tuple[int, int, int]]:
    """Return, by rule, how many are falsely and truly called better, and how many are better."""
    generator = np.random.default_rng(seed)
    is_gain = generator.random(BUDGET) < share
    gained, lost = _requests(generator, n, np.where(is_gain, gain, 0.0))
    p = np.array([mcnemar_p_value(*pair) for pair in zip(gained, lost, strict=True)])
    found = {
        "alone": (p < level(1)) & (gained > lost),
        "Bonferroni": (p < ALPHA / BUDGET) & (gained > lost),
        "e-LOND": e_lond(np.array([log_e(*pair) for pair in zip(gained, lost, strict=True)])),
    }
    return {
        name: (int((each & ~is_gain).sum()), int((each & is_gain).sum()), int(is_gain.sum()))
        for name, each in found.items()
    }


def _requests(
    generator: np.random.Generator, n: int, gains: NDArray[np.float64]
) -> tuple[Counts, Counts]:
    base = BOTH_WRONG + DISAGREE / 2
    wrong = generator.binomial(n, base)  # main's rows, the same for all
    gained = generator.binomial(wrong, (DISAGREE + gains) / 2 / base)
    return gained, generator.binomial(n - wrong, (DISAGREE - gains) / 2 / (1 - base))


@cache
def log_e(gained: int, lost: int) -> float:
    """Return the logarithm of an e-value against "not better", of the rows on which two models part.

    Were neither better, each such row would be a fair coin. The likelihood of the other model winning
    a share of them, on average over all shares from 1/2 to 1, against that of the coin: its expectation
    is at most 1 where the other model is as good or worse.

    Parameters
    ----------
    gained, lost : int
        Rows that only the other model, and only the base, has right.
    """
    above_half = special.betainc(lost + 1, gained + 1, 0.5)
    area = special.betaln(gained + 1, lost + 1) + np.log(max(above_half, 1e-300))
    return float(np.log(2) * (gained + lost + 1) + area)


def e_lond(log_e_values: NDArray[np.float64], alpha: float = ALPHA) -> Found:
    """Say which of as many tests as there are values are discoveries, each told before the next.

    Parameters
    ----------
    log_e_values : float array of shape (n_tests,)
    alpha : float
        The false discovery rate.
    """
    found = np.zeros(len(log_e_values), dtype=bool)
    for test, value in enumerate(log_e_values):
        found[test] = value >= -np.log(alpha / len(found) * (found.sum() + 1))
    return found
