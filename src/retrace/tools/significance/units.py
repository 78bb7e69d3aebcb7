"""What two models did on the units that they share: the input of every test that resamples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Codes, Floats, Predictions
from retrace.evaluation.definition import Score
from retrace.tools.significance.totals import alike, mistakes, unit_totals, won_row

LIMIT = 1000  # units that are resampled one by one; more are joined first
PATTERNS = 200  # patterns that are worth counting: to draw a count costs five times a unit


@dataclass(frozen=True, kw_only=True)
class Units:
    """What two models did on the units that they share.

    Attributes
    ----------
    counts : int64 array of shape (n_patterns,)
        How many units there are of each pattern.
    base, other : float64 array of shape (n_patterns, n_totals)
        The totals of one such unit.
    wrong, right : float64 array of shape (n_totals,)
        The totals of a unit, not seen here, on which two models would differ as much as can be expected.
    score : callable
        From totals of shape (..., n_totals) to values of shape (...).
    """

    counts: NDArray[np.int64]
    base: Floats
    other: Floats
    wrong: Floats
    right: Floats
    score: Score

    @property
    def n_units(self) -> int:
        """The number of units."""
        return int(self.counts.sum())

    def difference(self, base: Floats, other: Floats) -> Floats:
        """Return the score of the other model's totals minus that of the base's."""
        return self.score(other) - self.score(base)


def paired_units(
    base: Predictions,
    other: Predictions,
    metric: str,
    groups: NDArray[np.generic] | None,
    generator: np.random.Generator,
) -> Units:
    """Total up what ``metric`` needs over each unit.

    Rows that ``metric`` cannot tell apart are one pattern, however many there are.
    """
    units, counts = alike(base, other, metric)
    if groups is not None or len(counts) > PATTERNS:
        units = numbered_units(len(base.y), groups, generator)
        counts = np.ones(units.max() + 1, np.int64)
    totals, score = unit_totals([base, other], metric, units, len(counts))
    wrong, right = expected_unit(base, other, metric, groups)
    return Units(
        counts=counts,
        base=totals[0] / counts[:, np.newaxis],
        other=totals[1] / counts[:, np.newaxis],
        wrong=wrong,
        right=right,
        score=score,
    )


def numbered_units(
    n_rows: int, groups: NDArray[np.generic] | None, generator: np.random.Generator
) -> Codes:
    """Return the number of each row's unit, shape (n_rows,); more than `LIMIT` are joined at random.

    The sum of units that are joined varies as it did before, so that a million rows cost no more than a
    thousand. Swapping whole subsets keeps a permutation test exact: J. Hemerik and J. Goeman, TEST 27
    (2018), 811-825.
    """
    units = np.arange(n_rows) if groups is None else np.unique(groups, return_inverse=True)[1]
    n_units = int(units.max()) + 1
    return units if n_units <= LIMIT else generator.permutation(n_units)[units] % LIMIT


def expected_unit(
    base: Predictions, other: Predictions, metric: str, groups: NDArray[np.generic] | None
) -> tuple[Floats, Floats]:
    """Return the totals of a unit on which two such models could differ much: wrong, and right.

    They differ on one row; in a group, on as many as either model has wrong in any one group, and on
    half of a group at least: with few groups, those on which models part may all be missing.
    """
    wrong, right = won_row(base, other, metric)
    if groups is None:
        return wrong, right
    units = np.unique(groups, return_inverse=True)[1]
    most_wrong = max(np.bincount(units, mistakes(model)).max() for model in (base, other))
    rows = max(most_wrong, np.bincount(units).max() / 2)
    return wrong * rows, right * rows
