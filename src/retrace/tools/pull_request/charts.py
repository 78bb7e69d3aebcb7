"""Which class was taken for which, and what changed in that: a matrix, or a list of many classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrace.evaluation.metrics import confusion_matrix
from retrace.tools.repository.predictions import PredictedRows

MOST_CLASSES = 15  # a wider matrix is read by nobody
MOST_PAIRS = 20


@dataclass(frozen=True)
class Cell:
    """How many rows; ``change`` is None where there is nothing to compare with."""

    count: int
    change: int | None


@dataclass(frozen=True)
class Pair:
    """Rows of one class that were taken for another."""

    true: str
    predicted: str
    cell: Cell


@dataclass(frozen=True)
class Confusion:
    """A matrix of few classes, or the pairs of many.

    Attributes
    ----------
    classes : tuple of str
        Of the matrix.
    matrix : list of list of Cell
        By true and predicted class; empty where there are too many.
    pairs : list of Pair
        Those that changed most, or of one side alone the most frequent; empty beside a matrix.
    n_pairs : int
        How many there are.
    compared : bool
    """

    classes: tuple[str, ...]
    matrix: list[list[Cell]]
    pairs: list[Pair]
    n_pairs: int
    compared: bool


def confusion(head: PredictedRows, base: PredictedRows | None) -> Confusion:
    """Count the test rows by true and predicted class.

    Parameters
    ----------
    head : PredictedRows
        Of a classification.
    base : PredictedRows or None
        The same rows as another model saw them.
    """
    counts = confusion_matrix(head.predictions)
    change = None if base is None else counts - confusion_matrix(base.predictions)
    if len(head.classes) <= MOST_CLASSES:
        codes = range(len(head.classes))
        matrix = [[_cell(counts, change, row, column) for column in codes] for row in codes]
        return Confusion(head.classes, matrix, [], 0, base is not None)
    places = _most(counts, change)
    pairs = [
        Pair(head.classes[row], head.classes[column], _cell(counts, change, row, column))
        for row, column in places[:MOST_PAIRS]
    ]
    return Confusion(head.classes, [], pairs, len(places), base is not None)


def _most(counts: NDArray[np.int64], change: NDArray[np.int64] | None) -> list[tuple[int, int]]:
    """Return where mistakes changed, or are, the most first."""
    size = np.abs(counts if change is None else change)
    np.fill_diagonal(size, 0)
    found = np.argwhere(size)
    order = np.argsort(-size[tuple(found.T)], kind="stable")
    return [(int(row), int(column)) for row, column in found[order]]


def _cell(counts: NDArray[np.int64], change: NDArray[np.int64] | None, row: int, column: int) -> Cell:
    return Cell(int(counts[row, column]), None if change is None else int(change[row, column]))
