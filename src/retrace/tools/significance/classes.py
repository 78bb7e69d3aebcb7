"""Which classes gained, and which lost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retrace.core.records import Floats, Predictions
from retrace.evaluation.serial import Memory
from retrace.tools.significance.mcnemar import mcnemar_p_value
from retrace.tools.significance.over_time import over_time
from retrace.tools.significance.paired import permutation_p_value, without_one
from retrace.tools.significance.rows import check_same_rows
from retrace.tools.significance.totals import mistakes
from retrace.tools.significance.units import Units
from retrace.tools.significance.verdicts import ALPHA, NOTHING, Verdict, by_p_value, too_few_units


@dataclass(frozen=True, kw_only=True)
class ClassComparison:
    """How the recall of one class differs.

    Attributes
    ----------
    name : str
        As the data call the class.
    support : int
        Rows of the class.
    base, other : float
        Recall; NaN where the class has no row.
    gained, lost : int
        Rows of the class that only ``other``, and only ``base``, has right.
    p_value, adjusted : float
        Raw, and after Holm's correction over the classes; NaN where nothing can be told.
    verdict : Verdict
        After the correction.
    reason : str
        One sentence where the verdict needs one, else empty.
    """

    name: str
    support: int
    base: float
    other: float
    gained: int
    lost: int
    p_value: float
    adjusted: float
    verdict: Verdict
    reason: str


def compare_classes(
    base: Predictions,
    other: Predictions,
    classes: Sequence[str],
    *,
    groups: NDArray[np.generic] | None = None,
    memory: Memory | None = None,
    alpha: float = ALPHA,
    resamples: int = 10_000,
    seed: int = 0,
) -> list[ClassComparison]:
    """Compare the recall of each class, with Holm's correction over the classes that can be told.

    McNemar's mid-p test decides; where rows come in groups, a permutation test that swaps whole groups.

    Parameters
    ----------
    base, other : Predictions
        Of the same rows in the same order.
    classes : sequence of str
        Names, by code.
    groups : array of shape (n_samples,), optional
        The unit that each row belongs to.
    memory : Memory, optional
        As in `compare_rows`.
    alpha : float
        The chance of any false alarm that is left.
    resamples, seed : int
        For the permutation test.

    Raises
    ------
    ComparisonError
        The rows are not the same.
    """
    check_same_rows(base, other)
    generator = np.random.default_rng(seed)
    was, now = ~mistakes(base), ~mistakes(other)
    tested = [
        _test(
            was[rows], now[rows], None if groups is None else groups[rows], memory, resamples, generator
        )
        for rows in (base.y == code for code in range(len(classes)))
    ]
    adjusted = holm([p_value for p_value, _ in tested])
    return [
        _comparison(name, was[base.y == code], now[base.y == code], *tested[code], adjusted[code], alpha)
        for code, name in enumerate(classes)
    ]


def holm(p_values: ArrayLike) -> Floats:
    """Adjust p-values so that the chance of any false alarm among them stays at alpha.

    S. Holm, Scand. J. Statist. 6 (1979), 65-70.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)
        NaN where nothing could be tested: such a place is no test.

    Returns
    -------
    float64 array of shape (n_tests,)
        In the order given.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")[: np.count_nonzero(~np.isnan(p))]  # NaN are sorted last
    # The smallest counts as one of all tests, the next as one of the rest; none may fall below one that
    # is smaller, or a weaker result would be significant without the stronger.
    stepped = np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1))
    adjusted = np.full_like(p, np.nan)
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted


def _test(
    was: NDArray[np.bool_],
    now: NDArray[np.bool_],
    groups: NDArray[np.generic] | None,
    memory: Memory | None,
    resamples: int,
    generator: np.random.Generator,
) -> tuple[float, str]:
    """Return the p-value of one class, or NaN and the reason."""
    if not len(was):
        return np.nan, "the tested rows have none of this class"
    if groups is None or len(np.unique(groups)) == len(groups):
        return mcnemar_p_value(int((now & ~was).sum()), int((was & ~now).sum())), ""
    units = np.unique(groups, return_inverse=True)[1]
    if reason := too_few_units(int(units.max()) + 1, groups):
        return np.nan, reason
    recalled = _recall_units(was, now, units)
    p_value = permutation_p_value(recalled, resamples, generator)
    if memory is None:
        return p_value, ""
    seen = float(np.mean(now) - np.mean(was))
    found = over_time(NOTHING._replace(p_value=p_value), without_one(recalled), memory, seen)
    return found.p_value, found.reason


def _recall_units(was: NDArray[np.bool_], now: NDArray[np.bool_], units: NDArray[np.int64]) -> Units:
    rows = np.bincount(units).astype(float)
    base, other = (np.stack([np.bincount(units, hits), rows], axis=1) for hits in (was, now))
    none = np.zeros(2)

    def recall(totals: Floats) -> Floats:
        return totals[..., 0] / totals[..., 1]

    counts = np.ones(len(rows), np.int64)
    return Units(counts=counts, base=base, other=other, wrong=none, right=none, score=recall)


def _comparison(
    name: str,
    was: NDArray[np.bool_],
    now: NDArray[np.bool_],
    p_value: float,
    reason: str,
    adjusted: float,
    alpha: float,
) -> ClassComparison:
    gained, lost = int((now & ~was).sum()), int((was & ~now).sum())
    return ClassComparison(
        name=name,
        support=len(was),
        base=float(was.mean()) if len(was) else np.nan,
        other=float(now.mean()) if len(now) else np.nan,
        gained=gained,
        lost=lost,
        p_value=p_value,
        adjusted=float(adjusted),
        verdict=by_p_value(adjusted, gained > lost, alpha),
        reason=reason,
    )
