"""Cells of docs/statistics.md: many pull requests, each pushed to many times, against one main.

Each request pushes up to 20 models. What main has right is the same for all of them; a push has a row
right where main has it wrong, or the reverse, by its own luck, of which a share stays from the push
before. A request is merged at the first push that the rule calls better.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Predictions
from retrace.tools.significance import Verdict, compare_rows
from retrace.tools.significance.looks import level
from retrace.tools.significance.verdicts import ALPHA

Cell = dict[str, Any]
Counts = NDArray[np.int64]

REQUESTS, PUSHES = 300, 20
N_TEST, N_VALIDATION = 449, 269
DISAGREE = 0.06  # of the rows, just one of main and a push has right
BOTH_WRONG = 0.05

ALONE = "the last push alone on the test part, at .05"
EACH = "each push on the test part, at .05"
COUNTED = "each push on the test part, counted"
ONCE = "pushes on the validation part, the best of them once on the test part, counted"

LOOKS = [(rule, stays) for rule in (ALONE, EACH, COUNTED, ONCE) for stays in (0.0, 0.8)]


def looks_cell(rule: str, stays: float, replicates: int) -> Cell:
    """Say how often requests that are equal to main, and such that are better, are merged as better."""
    n = max(20, replicates // 20)  # each of 300 requests
    equal = np.array([_merged(rule, stays, 0.0, 0, seed) for seed in range(n)])
    gains = {
        "a gain of .02": (0.02, 0),
        "a gain of .03": (0.03, 0),
        "a gain of .03 from push 5 on": (0.03, 4),
    }
    return {
        "what is judged": rule,
        "rows that keep their outcome": f"{stays:.0%}".replace("%", " %"),
        "equal: merged as better": float(equal.mean()),
        "of 300, on average": f"{REQUESTS * equal.mean():.1f}",
        "most of 300": int(REQUESTS * equal.max() + 0.5),
    } | {
        name: float(np.mean([_merged(rule, stays, gain, start, seed) for seed in range(max(5, n // 5))]))
        for name, (gain, start) in gains.items()
    }


def _merged(rule: str, stays: float, gain: float, start: int, seed: int) -> float:
    """Return the share of the requests that are merged as better."""
    generator = np.random.default_rng(seed)
    gained, lost = pushes(generator, N_TEST, stays, gain, start)
    if rule == ONCE:
        seen = np.subtract(*pushes(generator, N_VALIDATION, stays, gain, start))
        best = seen.argmax(axis=1)  # of equal ones the first
        pairs = zip(_at(gained, best), _at(lost, best), strict=True)
        return float(np.mean([is_better(*pair, level(1)) for pair in pairs]))
    if rule == ALONE:
        pairs = zip(gained[:, -1], lost[:, -1], strict=True)
        return float(np.mean([is_better(*pair, ALPHA) for pair in pairs]))
    levels = [level(look + 1) if rule == COUNTED else ALPHA for look in range(PUSHES)]
    return float(
        np.mean(
            [
                any(is_better(*pair) for pair in zip(*request, levels, strict=True))
                for request in zip(gained, lost, strict=True)
            ]
        )
    )


def pushes(
    generator: np.random.Generator, n: int, stays: float, gain: float, start: int
) -> tuple[Counts, Counts]:
    """Draw how many rows each push has right that main has wrong, and the reverse.

    Parameters
    ----------
    generator : numpy Generator
    n : int
        Rows of the part.
    stays : float
        The share of rows whose outcome is that of the push before.
    gain : float
        By how much the true accuracy of pushes is higher than main's.
    start : int
        From which push on; before it they are as good as main.

    Returns
    -------
    gained, lost : int arrays of shape (n_requests, n_pushes)
    """
    wrong = generator.random(n) < BOTH_WRONG + DISAGREE / 2  # main's, whatever is pushed
    counts = []
    for right_now, of_main in ((True, wrong.sum()), (False, n - wrong.sum())):
        base = BOTH_WRONG + DISAGREE / 2 if right_now else 1 - BOTH_WRONG - DISAGREE / 2
        luck = generator.random((REQUESTS, of_main))
        found = []
        for push in range(PUSHES):
            fresh = generator.random(luck.shape) >= stays
            luck = np.where(fresh, generator.random(luck.shape), luck) if push else luck
            own = gain * (push >= start) / 2
            share = (DISAGREE / 2 + (own if right_now else -own)) / base
            found.append((luck < share).sum(axis=1))
        counts.append(np.stack(found, axis=1))
    return counts[0], counts[1]


@cache
def is_better(gained: int, lost: int, alpha: float) -> bool:
    """Ask what `retrace compare` says of two models that part on so many test rows."""
    y = np.zeros(N_TEST, np.int64)
    was, now = y.copy(), y.copy()
    was[:gained], now[gained : gained + lost] = 1, 1
    sides = [Predictions(y=y, predicted=said, probabilities=np.eye(2)[said]) for said in (was, now)]
    return compare_rows(*sides, "accuracy", alpha=alpha).verdict is Verdict.BETTER


def _at(counts: Counts, pushed: Counts) -> Counts:
    return np.take_along_axis(counts, pushed[:, np.newaxis], axis=1)[:, 0]
