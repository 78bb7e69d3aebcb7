"""What a run left behind: its predictions of the validation part, and its training curves."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.artifacts import HISTORY, PREDICTIONS
from retrace.core.records import Predictions
from retrace.tools.dashboard.runs import Run

NOT_PULLED = "predictions not pulled"

KEY = ["id", "row_hash", "true"]

# Points of a curve that the page keeps: as many as its chart has pixels to show.
MAX_POINTS = 120

Curves = dict[str, list[float | None]]


class Unusable(Exception):  # noqa: N818 it is an answer that the page shows, not a failure
    """Why a run has no predictions to judge by."""


@dataclass(frozen=True, kw_only=True)
class Validation:
    """A run's predictions of its validation rows, ordered so that equal rows stand in equal places.

    Attributes
    ----------
    rows : str array of shape (n_samples, 3)
        Id, hash of the raw row and true label: what tells one row from another.
    groups : str array of shape (n_samples,) or None
    classes : tuple of str
        Empty for a regression.
    predictions : Predictions
    """

    rows: NDArray[np.object_]
    groups: NDArray[np.object_] | None
    classes: tuple[str, ...]
    predictions: Predictions


def read_validation(run: Run) -> Validation:
    """Read a run's predictions of the validation part out of DVC's cache.

    Raises
    ------
    Unusable
        It has none, they were not pulled, or they are of an older layout.
    """
    if PREDICTIONS.as_posix() not in run.hashes:
        raise Unusable("no predictions")
    if (path := run.files.get(PREDICTIONS.as_posix())) is None:
        raise Unusable(NOT_PULLED)
    table = _read(path)
    if missing := {"part", "predicted", "group", *KEY} - set(table):
        raise Unusable(f"predictions of an older layout, without {', '.join(sorted(missing))}")
    table = table[table["part"] == "validation"]
    if table.empty:
        raise Unusable("no predictions of a validation part")
    return _validation(table.sort_values(KEY, kind="stable", ignore_index=True))


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
    rows = np.unique(np.linspace(0, len(history) - 1, MAX_POINTS).round().astype(int))
    shown = history.iloc[rows].select_dtypes("number").drop(columns="learning_rate", errors="ignore")
    return {name: [_short(value) for value in shown[name]] for name in shown}


def confusion_cells(validation: Validation) -> list[list[int]]:
    """Return the filled cells of the confusion matrix: true code, predicted code, number of rows."""
    cells: NDArray[Any] = np.stack([validation.predictions.y, validation.predictions.predicted], axis=1)
    found, counts = np.unique(cells, axis=0, return_counts=True)
    return [
        [int(true), int(predicted), int(n)] for (true, predicted), n in zip(found, counts, strict=True)
    ]


def scatter(validation: Validation, limit: int = 300) -> list[list[float]]:
    """Return true and predicted values of a regression, of rows spread evenly over its targets."""
    order = np.argsort(validation.predictions.y, kind="stable")
    chosen = order[np.unique(np.linspace(0, len(order) - 1, limit).round().astype(int))]
    pairs = np.stack(
        [validation.predictions.y[chosen], validation.predictions.predicted[chosen]], axis=1
    )
    return [[float(f"{value:.5g}") for value in pair] for pair in pairs]


def _read(path: Path) -> pd.DataFrame:
    text = dict.fromkeys(["part", "group", "predicted", *KEY], str)
    try:
        # A class may be called NA, or 007.
        return pd.read_csv(path, dtype=text, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise Unusable(f"predictions damaged ({' '.join(str(error).split())[:80]})") from error


def _validation(table: pd.DataFrame) -> Validation:
    columns = [name for name in table if name.startswith("p_")]
    classes = tuple(name.removeprefix("p_") for name in columns)
    try:
        probabilities = table[columns].to_numpy(np.float64)
        true, predicted = (_codes(table[name], classes) for name in ("true", "predicted"))
    except (KeyError, ValueError) as error:
        raise Unusable(f"predictions damaged ({error})") from error
    groups = table["group"].to_numpy(object)
    return Validation(
        rows=table[KEY].to_numpy(object),
        groups=groups if (groups != "").any() else None,
        classes=classes,
        predictions=Predictions(y=true, predicted=predicted, probabilities=probabilities),
    )


def _codes(labels: pd.Series, classes: tuple[str, ...]) -> NDArray[Any]:
    if not classes:
        return labels.to_numpy(np.float64)
    code = {name: position for position, name in enumerate(classes)}
    return np.array([code[label] for label in labels], dtype=np.int64)


def _short(value: float) -> float | None:
    return float(f"{value:.4g}") if np.isfinite(value) else None
