"""Training histories in, what small charts show out."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

POINTS = 20
MOST_LETTERS = 25  # of a branch's name: Mermaid cuts a long title at both ends
METRICS = ("loss", "accuracy")


@dataclass(frozen=True)
class Chart:
    """One chart: lines over the same epochs, the shorter ones ending earlier; blue comes first."""

    metric: str
    title: str
    names: tuple[str, str]
    epochs: list[int]
    lines: list[list[float]]


def charts(base: pd.DataFrame, head: pd.DataFrame, base_name: str) -> list[Chart]:
    """Draw the validation curves of both sides, or training and validation of the head alone.

    Parameters
    ----------
    base, head : DataFrame
        In the layout of report/training_history.csv; without rows where a model has no epochs.
    base_name : str
    """
    if head.empty:
        return []
    found = []
    # A branch may have quotes in its name, which would end the title.
    known = re.sub(r"[^\w./-]", "", base_name)[:MOST_LETTERS]
    for metric in METRICS:
        column = f"validation_{metric}"
        if len(pair := _together(base, head, [column, column])) == 2:
            found.append(_chart(metric, f"validation {metric}", (known, "this"), pair))
        elif len(pair := _together(head, head, [f"train_{metric}", column])) == 2:
            found.append(_chart(metric, metric, ("training", "validation"), pair))
    return found


def _together(first: pd.DataFrame, second: pd.DataFrame, columns: list[str]) -> list[pd.Series]:
    """Return a column of each by its epoch; none where it is not there or holds what is no number."""
    return [
        table.set_index("epoch")[column]
        for table, column in zip((first, second), columns, strict=True)
        if column in table and len(table) and np.isfinite(table[["epoch", column]]).all(axis=None)
    ]


def _chart(metric: str, title: str, names: tuple[str, str], pair: list[pd.Series]) -> Chart:
    epochs = _thinned(max(pair, key=len).index, [line.index[-1] for line in pair])
    lines = [[round(float(line[epoch]), 4) for epoch in epochs if epoch in line.index] for line in pair]
    return Chart(metric, title, names, epochs, lines)


def _thinned(epochs: pd.Index, always: list[float]) -> list[int]:
    positions = np.unique(np.linspace(0, len(epochs) - 1, POINTS).round().astype(int))
    return sorted({int(epoch) for epoch in [*epochs[positions], *always]})
