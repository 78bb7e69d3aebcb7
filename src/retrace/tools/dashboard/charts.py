"""What a run left behind: its predictions of the validation part, and its training curves."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.artifacts import HISTORY, PREDICTIONS
from retrace.core.errors import ComparisonError
from retrace.tools.dashboard.runs import Run
from retrace.tools.repository.predictions import PredictedRows, read_rows

VALIDATION = "validation"  # the part that ranks: the test part has the last word, elsewhere

NOT_PULLED = "predictions not pulled"

# Points of a curve that the page keeps: as many as its chart has pixels to show.
MAX_POINTS = 120

Curves = dict[str, list[float | None]]


def read_validation(run: Run) -> PredictedRows:
    """Read a run's predictions of the validation part out of DVC's cache.

    Raises
    ------
    ComparisonError
        It has none, they were not pulled, are damaged or of an older layout.
    """
    path = run.files.get(PREDICTIONS.as_posix())
    if path is None:
        raise ComparisonError(NOT_PULLED if run.lacks(PREDICTIONS) else "no predictions")
    rows = read_rows(path, run.label, VALIDATION)
    if not len(rows):
        raise ComparisonError("no predictions of a validation part")
    return rows


def read_curves(run: Run) -> Curves | None:
    """Return the columns of a run's training history; None where it has no epochs or was not pulled."""
    path = run.files.get(HISTORY.as_posix())
    if path is None:
        return None
    try:
        history = pd.read_csv(path)
    except (OSError, ValueError):
        return None
    if history.empty or "epoch" not in history:
        return None
    kept = np.unique(np.linspace(0, len(history) - 1, MAX_POINTS).round().astype(int))
    shown = history.iloc[kept].select_dtypes("number").drop(columns="learning_rate", errors="ignore")
    return {name: [_short(value) for value in shown[name]] for name in shown}


def confusion_cells(rows: PredictedRows) -> list[list[int]]:
    """Return the filled cells of the confusion matrix: true code, predicted code, number of rows."""
    cells: NDArray[Any] = np.stack([rows.predictions.y, rows.predictions.predicted], axis=1)
    filled, counts = np.unique(cells, axis=0, return_counts=True)
    return [
        [int(true), int(predicted), int(n)] for (true, predicted), n in zip(filled, counts, strict=True)
    ]


def scatter(rows: PredictedRows, limit: int = 300) -> list[list[float]]:
    """Return true and predicted values of a regression, of rows spread evenly over its targets."""
    order = np.argsort(rows.predictions.y, kind="stable")
    chosen = order[np.unique(np.linspace(0, len(order) - 1, limit).round().astype(int))]
    pairs = np.stack([rows.predictions.y[chosen], rows.predictions.predicted[chosen]], axis=1)
    return [[float(f"{value:.5g}") for value in pair] for pair in pairs]


def _short(value: float) -> float | None:
    return float(f"{value:.4g}") if np.isfinite(value) else None
