"""Compare two models on the same rows."""

import numpy as np
from numpy.typing import NDArray

from retrace.intervals import PROPORTIONS, Interval
from retrace.records import Predictions
from retrace.significance.mcnemar import mcnemar_interval, mcnemar_p_value
from retrace.significance.paired import bca_intervals, observed, permutation_p_value
from retrace.significance.units import paired_units
from retrace.significance.verdicts import Comparison, decide

MIN_GROUPS = 20


def compare_rows(
    base: Predictions,
    other: Predictions,
    metric: str,
    *,
    groups: NDArray[np.generic] | None = None,
    tolerance: float | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> Comparison:
    """Ask whether ``other`` is better than ``base`` on the same rows, in the same order."""
    generator = np.random.default_rng(seed)
    units = paired_units(base, other, metric, groups, generator)
    was, now = observed(units)
    n_units = len(base.y) if groups is None else len(np.unique(groups))
    if groups is None and metric in PROPORTIONS:
        test = "McNemar's exact test"
        gained = int(((other.predicted == base.y) & (base.predicted != base.y)).sum())
        lost = int(((other.predicted != base.y) & (base.predicted == base.y)).sum())
        p_value = mcnemar_p_value(gained, lost)
        interval, narrow = (mcnemar_interval(gained, lost, n_units, c) for c in (0.95, 0.9))
    else:
        test = "paired permutation test"
        p_value = permutation_p_value(units, resamples, generator)
        interval, narrow = bca_intervals(units, (0.95, 0.9), resamples, generator)
    verdict, reason = decide(metric, now - was, p_value, interval, narrow, tolerance)
    if groups is not None and n_units < MIN_GROUPS:
        verdict, reason = (
            "cannot tell",
            f"{n_units} groups are too few: at least {MIN_GROUPS} are needed",
        )
        interval = narrow = Interval(np.nan, np.nan)
    return Comparison(
        metric=metric,
        base=was,
        other=now,
        difference=now - was,
        interval=interval,
        narrow=narrow,
        p_value=p_value,
        test=test,
        n_units=n_units,
        unit="row" if groups is None else "group",
        detectable=None,
        detectable_is_bound=False,
        verdict=verdict,
        reason=reason,
    )
