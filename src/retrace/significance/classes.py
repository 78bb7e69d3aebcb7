"""Which classes gained, and which lost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrace.records import Predictions
from retrace.significance.corrections import holm
from retrace.significance.mcnemar import mcnemar_p_value
from retrace.significance.verdicts import ALPHA


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
        Raw, and after Holm's correction over the classes.
    verdict : str
        One of ``VERDICTS``, after the correction.
    reason : str
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
    """Compare the recall of each class; McNemar's exact test decides, after Holm's correction."""
    was, now = base.predicted == base.y, other.predicted == other.y
    k = len(classes)
    support, hits, new_hits, gained, lost = (
        np.bincount(base.y[rows], minlength=k)
        for rows in (slice(None), was, now, now & ~was, was & ~now)
    )
    p_values = [mcnemar_p_value(int(b), int(c)) for b, c in zip(gained, lost, strict=True)]
    return [
        ClassComparison(
            name=name,
            support=int(support[i]),
            base=hits[i] / support[i] if support[i] else np.nan,
            other=new_hits[i] / support[i] if support[i] else np.nan,
            gained=int(gained[i]),
            lost=int(lost[i]),
            p_value=p_values[i],
            adjusted=float(adjusted),
            verdict=_verdict(adjusted, gained[i] - lost[i]),
            reason="",
        )
        for i, (name, adjusted) in enumerate(zip(classes, holm(p_values), strict=True))
    ]


def _verdict(adjusted: float, net: int) -> str:
    if adjusted >= ALPHA:
        return "no significant difference"
    return "better" if net > 0 else "worse"
