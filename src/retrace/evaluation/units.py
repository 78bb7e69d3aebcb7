"""What counts as one piece of evidence: a row, or all rows that are bound to err alike.

Copies of a row get the same prediction, rows of one group are alike, and rows that follow each other in
time share what happened then. Taken one by one, each would be counted as evidence of its own.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Codes

UnitKind = Literal["row", "group", "distinct row", "block"]

N_BLOCKS = 30  # enough for Student's t to be near the normal, and each as long as that leaves it
PLURALS: dict[UnitKind, str] = {
    "row": "test rows",
    "group": "groups of test rows",
    "distinct row": "distinct test rows",
    "block": "blocks of test rows that follow each other in time",
}


@dataclass(frozen=True)
class RowUnits:
    """The units of some rows.

    Attributes
    ----------
    kind : str
        What a unit is.
    codes : int64 array of shape (n_samples,) or None
        The unit that each row belongs to; None where each row is one.
    """

    kind: UnitKind
    codes: Codes | None

    def count(self, n_rows: int) -> int:
        """Return how many units these rows are."""
        return n_rows if self.codes is None else len(np.unique(self.codes))

    def take(self, rows: NDArray[Any]) -> Codes | None:
        """Return the units of some of the rows, or None where each row is one."""
        return None if self.codes is None else self.codes[rows]


def row_units(
    row_hash: NDArray[Any],
    groups: NDArray[Any] | None = None,
    times: NDArray[Any] | None = None,
) -> RowUnits:
    """Say which rows are one unit.

    Parameters
    ----------
    row_hash : array of shape (n_samples,)
        Equal for copies of a row.
    groups : array of shape (n_samples,), optional
        What the dataset declares as a group; groups that share a copy are one unit.
    times : array of shape (n_samples,), optional
        Of rows that were split by time: then blocks of neighbours are the units.
    """
    copies = _codes(row_hash)
    has_copies = len(copies) > 0 and copies.max() + 1 < len(copies)
    if groups is not None:
        codes = _codes(groups)
        return RowUnits("group", _connected(codes, copies) if has_copies else codes)
    if times is not None:
        return RowUnits("block", time_blocks(times))
    return RowUnits("distinct row", copies) if has_copies else RowUnits("row", None)


def time_blocks(times: NDArray[Any], n_blocks: int = N_BLOCKS) -> Codes:
    """Cut rows into blocks of about as many rows that follow each other in time.

    Rows of one moment stay together. Blocks longer than the errors' memory are nearly independent: the
    idea of the block bootstrap, H. R. Künsch, Ann. Stat. 17 (1989), 1217-1241.
    """
    moment = np.unique(times, return_inverse=True)[1]
    until = np.cumsum(np.bincount(moment))
    return np.minimum((until - 1) * n_blocks // len(times), n_blocks - 1)[moment].astype(np.int64)


def effective_number(units: Codes) -> float:
    """Return how many equally large units would count as much as these.

    The design effect of unequal sizes: L. Kish, Survey Sampling (1965), section 8.2.
    """
    sizes = np.bincount(units).astype(float)
    return float(sizes.sum() ** 2 / (sizes**2).sum()) if len(units) else 0.0


def _codes(values: NDArray[Any]) -> Codes:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _connected(groups: Codes, copies: Codes) -> Codes:
    from scipy import sparse  # most data have no groups, and need not wait for it
    from scipy.sparse import csgraph

    shape = groups.max() + 1, copies.max() + 1
    ties = sparse.coo_array((np.ones(len(groups)), (groups, copies)), shape=shape)
    graph = sparse.block_array([[None, ties], [ties.T, None]])
    return csgraph.connected_components(graph, directed=False)[1][groups].astype(np.int64)
