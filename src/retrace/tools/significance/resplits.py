"""Compare two models that were trained on several splits."""

from collections.abc import Sequence

import numpy as np

from retrace.core.errors import ComparisonError
from retrace.tools.significance.repeats import MIN_REPEATS
from retrace.tools.significance.student import student_evidence
from retrace.tools.significance.verdicts import ALPHA, Comparison, compared

ROUNDING = 1e-6  # of a score: repeats that vary by less do not vary


def compare_over_splits(
    base_scores: Sequence[float],
    other_scores: Sequence[float],
    metric: str,
    n_train: int,
    n_test: int,
    *,
    overlap: float = 0.0,
    tolerance: float | None = None,
    alpha: float = ALPHA,
) -> Comparison:
    """Ask whether one model is better than another, from a score of each on each of several splits.

    The corrected resampled t-test of C. Nadeau and Y. Bengio, Machine Learning 52 (2003), 239-281: the
    parts of different splits overlap, so their scores vary less than those of new data would. Scores
    correlate as far as the test parts of random splits overlap, or as these do where that is more.

    Parameters
    ----------
    base_scores, other_scores : sequence of float
        In the same order of split seeds.
    metric : str
        The metric that the scores are of.
    n_train, n_test : int
        Rows of the training and of the test part of each split.
    overlap : float
        The share of test rows that two splits have in common, on average.
    tolerance : float, optional
        Models that differ by less are ``"equivalent"``.
    alpha : float
        The level of the test.

    Raises
    ------
    ComparisonError
        There are fewer than 5 splits, or not as many on both sides.
    """
    n = len(base_scores)
    if n != len(other_scores) or n < MIN_REPEATS:
        raise ComparisonError(
            f"got {n} and {len(other_scores)} splits: at least {MIN_REPEATS} are needed, the same ones"
            f" on both sides; run `retrace seeds {MIN_REPEATS}` for both"
        )
    differences = np.asarray(other_scores, dtype=float) - np.asarray(base_scores, dtype=float)
    correlation = max(n_test / (n_test + n_train), overlap)
    factor = 1 / n + correlation / (1 - correlation)
    error = float(np.sqrt(factor * differences.var(ddof=1)))
    if error <= ROUNDING * np.abs([*base_scores, *other_scores]).max():
        error = 0.0
    mean = float(differences.mean())
    evidence = student_evidence("corrected resampled t-test", mean, error, n - 1, alpha)
    was, now = float(np.mean(base_scores)), float(np.mean(other_scores))
    return compared(metric, was, now, evidence, tolerance, n_units=n, unit="split")
