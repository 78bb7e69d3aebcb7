"""Whether new rows, and what the model says of them, are distributed as the rows of training.

The tests are those of the data checks (`retrace.splitting.checks.drift`), Holm's correction over all.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from retrace.core.artifacts import TRAIN
from retrace.core.records import Dataset
from retrace.splitting.checks.drift import SIGNIFICANCE, SMALLEST_EFFECT, difference
from retrace.splitting.checks.samples import comparable, sample_rows
from retrace.tools.monitoring.reading import read_input
from retrace.tools.prediction.predictor import Predictor, load_predictor, named, unlabelled
from retrace.tools.prediction.source import Source, load_output
from retrace.tools.significance import holm

PREDICTION = "the prediction"


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How much a column differs from the training rows.

    Attributes
    ----------
    effect : float
        From 0 (no difference) to 1 (nothing in common).
    p_value : float
        Corrected for all columns.
    """

    column: str
    effect: float
    p_value: float

    @property
    def drifted(self) -> bool:
        """Whether it is more than chance, and enough to matter."""
        return self.p_value < SIGNIFICANCE and self.effect >= SMALLEST_EFFECT


def find_drift(source: Source, where: str, spool: Path) -> tuple[list[Drift], int]:
    """Compare the rows of an input with those that a model was trained on.

    Returns
    -------
    list of Drift
        By effect, the largest first.
    int
        The number of new rows.

    Raises
    ------
    RetraceError
        The input cannot be read, or the training rows are nowhere.
    """
    training = load_output(source, TRAIN)
    predictor = load_predictor(source)
    asked = read_input(predictor, where, spool)
    new = unlabelled(predictor.clean(asked.X), predictor.signature)
    return compare(_columns(predictor, training), _columns(predictor, new)), len(asked.ids)


def compare(training: pd.DataFrame, new: pd.DataFrame) -> list[Drift]:
    """Compare each column of new rows with that of training rows."""
    differences = [(str(name), *difference(training[name], new[name])) for name in training]
    corrected = holm([p for _, _, p in differences])
    drifts = [
        Drift(column=name, effect=effect, p_value=float(p))
        for (name, effect, _), p in zip(differences, corrected, strict=True)
    ]
    return sorted(drifts, key=lambda each: (-each.effect, each.column))


def _columns(predictor: Predictor, dataset: Dataset) -> pd.DataFrame:
    rows = sample_rows(dataset, np.arange(len(dataset)), 0)
    sampled = dataset.take(rows)
    columns = comparable(sampled, np.arange(len(rows)))
    predictions = predictor.answer_clean(sampled.X)
    columns[PREDICTION] = named(predictions, predictor.signature.classes)["predicted"].astype(
        object if predictor.signature.classes else np.float64
    )
    return columns
