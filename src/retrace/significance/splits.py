"""Compare two models over several splits of the same data."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from retrace.errors import ComparisonError
from retrace.intervals import Interval
from retrace.significance.verdicts import Comparison, decide

MIN_SPLITS = 5


def compare_over_splits(
    base_scores: Sequence[float],
    other_scores: Sequence[float],
    metric: str,
    n_train: int,
    n_test: int,
    *,
    tolerance: float | None = None,
) -> Comparison:
    """Ask whether ``other`` is better, from one score of each model on each of several splits.

    The corrected resampled t-test of C. Nadeau and Y. Bengio, Machine Learning 52 (2003), 239-281: the
    training parts of different splits overlap, so their scores vary less than those of new data would.

    Parameters
    ----------
    base_scores, other_scores : sequence of float
        In the same order of split seeds.
    n_train, n_test : int
        Rows of the training and of the test part of each split.
    """
    n = len(base_scores)
    if n != len(other_scores) or n < MIN_SPLITS:
        raise ComparisonError(
            f"got {n} and {len(other_scores)} splits: the same splits on both sides are needed,"
            f" at least {MIN_SPLITS}; run `retrace seeds {MIN_SPLITS}`"
        )
    differences = np.asarray(other_scores, dtype=float) - np.asarray(base_scores, dtype=float)
    difference = float(differences.mean())
    error = float(np.sqrt((1 / n + n_test / n_train) * differences.var(ddof=1)))
    t = abs(difference) / error if error else (np.inf if difference else 0.0)
    p_value = float(2 * stats.t.sf(t, n - 1))
    interval, narrow = (
        Interval(difference - half, difference + half)
        for half in stats.t.ppf([0.975, 0.95], n - 1) * error
    )
    verdict, reason = decide(metric, difference, p_value, interval, narrow, tolerance)
    return Comparison(
        metric=metric,
        base=float(np.mean(base_scores)),
        other=float(np.mean(other_scores)),
        difference=difference,
        interval=interval,
        narrow=narrow,
        p_value=p_value,
        test="corrected resampled t-test",
        n_units=n,
        unit="split",
        detectable=float((stats.t.ppf(0.975, n - 1) + stats.t.ppf(0.8, n - 1)) * error),
        detectable_is_bound=False,
        verdict=verdict,
        reason=reason,
    )
