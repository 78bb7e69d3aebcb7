"""The charts of a comment: which class was taken for which, and the curves of the training."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.evaluation.diagnostics import confusion_matrix
from retrace.tools.repository.predictions import PredictedRows

MOST_CLASSES = 15  # a wider matrix is read by nobody
MOST_PAIRS = 20

POINTS = 20
MOST_LETTERS = 25  # of a branch's name: Mermaid cuts a long title at both ends
CURVES = ("loss", "accuracy")


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
        Whether there is another model, so that cells have a change.
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
    places = np.argwhere(size)
    order = np.argsort(-size[tuple(places.T)], kind="stable")
    return [(int(row), int(column)) for row, column in places[order]]


def _cell(counts: NDArray[np.int64], change: NDArray[np.int64] | None, row: int, column: int) -> Cell:
    return Cell(int(counts[row, column]), None if change is None else int(change[row, column]))


@dataclass(frozen=True)
class CurveChart:
    """One chart: lines over the same epochs, the shorter ones ending earlier; blue comes first."""

    metric: str
    title: str
    names: tuple[str, str]
    epochs: list[int]
    lines: list[list[float]]


def curve_charts(base: pd.DataFrame, head: pd.DataFrame, base_name: str) -> list[CurveChart]:
    """Draw the validation curves of both sides, or training and validation of the head alone.

    Parameters
    ----------
    base, head : DataFrame
        In the layout of report/training_history.csv; without rows where a model has no epochs.
    base_name : str
        For the legend.
    """
    if head.empty:
        return []
    # A branch may have quotes in its name, which would end the title.
    name = re.sub(r"[^\w./-]", "", base_name)[:MOST_LETTERS]
    drawn = []
    for metric in CURVES:
        column = f"validation_{metric}"
        if len(pair := _together(base, head, [column, column])) == 2:
            drawn.append(_curve_chart(metric, f"validation {metric}", (name, "this"), pair))
        elif len(pair := _together(head, head, [f"train_{metric}", column])) == 2:
            drawn.append(_curve_chart(metric, metric, ("training", "validation"), pair))
    return drawn


def _together(first: pd.DataFrame, second: pd.DataFrame, columns: list[str]) -> list[pd.Series]:
    """Return a column of each by its epoch; none where it is not there or holds what is no number."""
    return [
        table.set_index("epoch")[column]
        for table, column in zip((first, second), columns, strict=True)
        if column in table and len(table) and np.isfinite(table[["epoch", column]]).all(axis=None)
    ]


def _curve_chart(metric: str, title: str, names: tuple[str, str], pair: list[pd.Series]) -> CurveChart:
    epochs = _thinned(max(pair, key=len).index, [line.index[-1] for line in pair])
    lines = [[round(float(line[epoch]), 4) for epoch in epochs if epoch in line.index] for line in pair]
    return CurveChart(metric, title, names, epochs, lines)


def _thinned(epochs: pd.Index, always: list[float]) -> list[int]:
    positions = np.unique(np.linspace(0, len(epochs) - 1, POINTS).round().astype(int))
    return sorted({int(epoch) for epoch in [*epochs[positions], *always]})
