"""Further cells of docs/statistics.md: intervals of one model, and rows that come more than once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrace.core.params import Report
from retrace.core.records import Predictions
from retrace.evaluation.bootstrap import score_intervals
from retrace.evaluation.metrics import scores
from retrace.evaluation.units import neighbours_alike, row_units, time_blocks
from retrace.tools.significance import compare_rows

Cell = dict[str, Any]
Generator = np.random.Generator

ROWS, RIGHT = 600, 0.9
SETTINGS = Report(
    confidence=0.95, resamples=400, seed=0, mistakes=0, slices=[], metrics=[], threshold=0.5
)
BIG = 400_000  # rows that stand for all

RARE = np.array([0.98, 0.02])
THIRDS, TWENTY = np.full(3, 1 / 3), np.full(20, 0.05)

CLASSES = {"three classes": THIRDS, "a class of 2 %": RARE, "20 classes": TWENTY}
ERRORS = {
    "normal errors": lambda generator, n: generator.normal(size=n),
    "exponential errors": lambda generator, n: generator.exponential(size=n) - 1,
    "Student's t, 5": lambda generator, n: generator.standard_t(5, n),
    "Student's t, 3": lambda generator, n: generator.standard_t(3, n),
}
OF_CLASSES = ("f1_macro", "log_loss", "balanced_accuracy", "matthews_corrcoef", "roc_auc", "brier")
OF_NUMBERS = ("mae", "rmse", "r2")

INTERVALS = [
    *((metric, data, n) for metric in OF_CLASSES for data, n in (("three classes", 30),
      ("three classes", 360), ("a class of 2 %", 360), ("20 classes", 360))),
    *((metric, data, n) for metric in OF_NUMBERS for data in ERRORS for n in (30, 360)),
]  # fmt: skip
TIES = [("time", 0.5), ("time", 0.8), ("time", 0.95), ("copies", 2), ("copies", 5)]


def classified(generator: Generator, n: int, shares: NDArray[np.float64]) -> Predictions:
    """Draw a model whose probabilities are right given its scores."""
    k = len(shares)
    y = generator.choice(k, n, p=shares)
    logits = generator.normal(size=(n, k)) + 2.0 * np.eye(k)[y] + np.log(shares)
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = raised / raised.sum(axis=1, keepdims=True)
    return Predictions(y=y, predicted=probabilities.argmax(axis=1), probabilities=probabilities)


def measured(generator: Generator, n: int, data: str) -> Predictions:
    """Draw a regression whose errors have this distribution."""
    y = 2 * generator.normal(size=n)
    none = np.empty((n, 0))
    return Predictions(y=y, predicted=y + ERRORS[data](generator, n), probabilities=none)


def intervals_cell(metric: str, data: str, n: int, replicates: int) -> Cell:
    """Ask how often the interval of one model's metric holds the truth."""
    generator = np.random.default_rng([n, len(data), len(metric)])

    def draw(n: int) -> Predictions:
        shares = CLASSES.get(data)
        return measured(generator, n, data) if shares is None else classified(generator, n, shares)

    truth = scores(draw(BIG), [metric])[metric]
    covered, none = [], []
    for _ in range(max(50, replicates // 10)):
        found = score_intervals(draw(n), SETTINGS, None, [metric])[metric]
        none.append(bool(np.isnan(found.low)))
        if not none[-1]:
            covered.append(found.low <= truth <= found.high)
    return {
        "metric": metric,
        "data": data,
        "rows": n,
        "covered": float(np.mean(covered)) if len(covered) > len(none) / 10 else None,
        "no interval": float(np.mean(none)),
    }


def ties_cell(kind: str, strength: float, replicates: int) -> Cell:
    """Compare two equal models by accuracy on rows that are alike."""
    generator = np.random.default_rng([len(kind), int(100 * strength)])
    alarms, unwarned, by_row = [], [], []
    for seed in range(replicates // 2):
        base, other, units = (_in_time if kind == "time" else _copied)(generator, strength)
        found = compare_rows(base, other, "accuracy", groups=units, resamples=499, seed=seed)
        alarms.append(found.verdict in ("better", "worse"))
        apart = (base.predicted == base.y) * 1.0 - (other.predicted == other.y)
        alike = kind == "time" and neighbours_alike(apart, units) >= 2 / np.sqrt(units.max() + 1)
        unwarned.append(alarms[-1] and not alike)
        by_row.append(compare_rows(base, other, "accuracy").verdict in ("better", "worse"))
    name = (
        f"errors in time, correlation {strength:g}" if kind == "time" else f"each row {strength:g} times"
    )
    return {
        "rows that are alike": name,
        "alarms without a warning": float(np.mean(unwarned)),
        "verdicts, warned or not": float(np.mean(alarms)),
        "row by row: alarms": float(np.mean(by_row)),
    }


def _in_time(generator: Generator, correlation: float) -> tuple[Predictions, Predictions, Any]:
    noise = generator.normal(size=(2, ROWS))
    latent = np.empty_like(noise)
    latent[:, 0] = noise[:, 0]
    for at in range(1, ROWS):
        latent[:, at] = correlation * latent[:, at - 1] + np.sqrt(1 - correlation**2) * noise[:, at]
    right = latent < 1.2816  # nine in ten
    base, other = (_answers(hits) for hits in right)
    return base, other, time_blocks(np.arange(ROWS))


def _copied(generator: Generator, times: float) -> tuple[Predictions, Predictions, Any]:
    rows = np.arange(ROWS) // int(times)
    right = generator.random((2, ROWS)) < RIGHT
    base, other = (_answers(hits[rows]) for hits in right)
    return base, other, row_units(rows).codes


def _answers(right: NDArray[np.bool_]) -> Predictions:
    y = np.zeros(len(right), np.int64)
    predicted = np.where(right, 0, 1)
    return Predictions(y=y, predicted=predicted, probabilities=np.eye(2)[predicted])
