"""Which classes gained, and which lost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Floats, Predictions
from retrace.tools.significance.corrections import holm
from retrace.tools.significance.mcnemar import mcnemar_p_value
from retrace.tools.significance.paired import permutation_p_value
from retrace.tools.significance.rows import check_same_rows
from retrace.tools.significance.totals import mistakes
from retrace.tools.significance.units import Units
from retrace.tools.significance.verdicts import ALPHA, too_few_units


@dataclass(frozen=True, kw_only=True)
class ClassComparison:
    """How the recall of one class differs.

    Attributes
    ----------
    name : str
    support : int
        Rows of the class.
    base, other : float
        Recall; NaN where the class has no row.
    gained, lost : int
        Rows of the class that only ``other``, and only ``base``, has right.
    p_value, adjusted : float
        Raw, and after Holm's correction over the classes; NaN where nothing can be told.
    verdict : str
        One of ``VERDICTS``, after the correction.
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
    verdict: str
    reason: str


def compare_classes(
    base: Predictions,
    other: Predictions,
    classes: Sequence[str],
    *,
    groups: NDArray[np.generic] | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> list[ClassComparison]:
    """Compare the recall of each class, with Holm's correction over the classes that can be told.

    McNemar's exact test decides; where rows come in groups, a permutation test that swaps whole groups.

    Parameters
    ----------
    base, other : Predictions
        Of the same rows in the same order.
    classes : sequence of str
        Names, by code.
    groups : array of shape (n_samples,), optional
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
        _test(was[rows], now[rows], None if groups is None else groups[rows], resamples, generator)
        for rows in (base.y == code for code in range(len(classes)))
    ]
    p_values = np.array([p_value for p_value, _ in tested])
    adjusted = np.full(len(classes), np.nan)
    adjusted[~np.isnan(p_values)] = holm(p_values[~np.isnan(p_values)])
    return [
        _comparison(name, was[base.y == code], now[base.y == code], *tested[code], adjusted[code])
        for code, name in enumerate(classes)
    ]


def _test(
    was: NDArray[np.bool_],
    now: NDArray[np.bool_],
    groups: NDArray[np.generic] | None,
    resamples: int,
    generator: np.random.Generator,
) -> tuple[float, str]:
    """Return the p-value of one class, or NaN and the reason."""
    if not len(was):
        return np.nan, "the tested rows have none of this class"
    if groups is None:
        return mcnemar_p_value(int((now & ~was).sum()), int((was & ~now).sum())), ""
    units = np.unique(groups, return_inverse=True)[1]
    if reason := too_few_units(int(units.max()) + 1, groups):
        return np.nan, reason
    return permutation_p_value(_recall_units(was, now, units), resamples, generator), ""


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
) -> ClassComparison:
    gained, lost = int((now & ~was).sum()), int((was & ~now).sum())
    verdict = "no significant difference"
    if np.isnan(adjusted):
        verdict = "cannot tell"
    elif adjusted < ALPHA:
        verdict = "better" if gained > lost else "worse"
    return ClassComparison(
        name=name,
        support=len(was),
        base=float(was.mean()) if len(was) else np.nan,
        other=float(now.mean()) if len(now) else np.nan,
        gained=gained,
        lost=lost,
        p_value=p_value,
        adjusted=float(adjusted),
        verdict=verdict,
        reason=reason,
    )
