"""Further cells of docs/statistics.md: intervals of one model, and rows that come more than once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.stats import norm

from retrace.core.params import Report
from retrace.core.records import Predictions
from retrace.evaluation.bootstrap import score_intervals
from retrace.evaluation.losses import errors
from retrace.evaluation.metrics import scores
from retrace.evaluation.serial import memory
from retrace.evaluation.units import row_units, time_blocks
from retrace.tools.significance import Comparison, compare_rows

Cell = dict[str, Any]
Generator = np.random.Generator
Drawn = tuple[Predictions, Predictions, NDArray[np.int64], NDArray[np.int64] | None]

RIGHT = 0.9
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
GAIN = {"accuracy": 0.06, "mae": 0.3}  # of the other model, where it is better
TIES = [
    *(("time", strength, "accuracy", n) for strength, n in ((0.0, 600), (0.5, 600), (0.8, 600),
      (0.95, 300), (0.95, 600), (0.95, 2000))),
    *(("time", strength, "mae", 600) for strength in (0.8, 0.95)),
    ("copies", 2, "accuracy", 600), ("copies", 5, "accuracy", 600),
]  # fmt: skip


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


def ties_cell(kind: str, strength: float, metric: str, n: int, replicates: int) -> Cell:
    """Compare two models, equal and then not, on rows that are alike."""
    generator = np.random.default_rng([len(kind), int(100 * strength), len(metric), n])
    draw = _in_time if kind == "time" else _copied
    equal = [
        _judged(draw(generator, strength, metric, n, 0.0), metric, seed) for seed in range(replicates)
    ]
    unequal = [
        _judged(draw(generator, strength, metric, n, GAIN[metric]), metric, seed)
        for seed in range(replicates // 4)
    ]
    name = (
        f"errors in time, correlation {strength:g}" if kind == "time" else f"each row {strength:g} times"
    )
    told, alone, by_row = (
        float(np.mean([each[at].verdict.is_significant for each in equal])) for at in range(3)
    )
    return {
        "rows that are alike": name,
        "metric": metric,
        "rows": n,
        "alarms": told,
        "covered when equal": float(
            np.mean([_holds_nothing(each[0]) for each in equal if each[0].verdict != "cannot tell"])
        ),
        "cannot tell": float(np.mean([each[0].verdict == "cannot tell" for each in equal])),
        "power": float(np.mean([each[0].verdict == "better" for each in unequal])),
        "as if independent: alarms": alone,
        "as if independent: power": float(np.mean([each[1].verdict == "better" for each in unequal])),
        "row by row: alarms": by_row,
    }


def _holds_nothing(found: Comparison) -> bool:
    return found.interval.low <= 0 <= found.interval.high


def _judged(drawn: Drawn, metric: str, seed: int) -> list[Comparison]:
    """Compare as the commands do, with units that are taken as independent, and row by row."""
    base, other, units, times = drawn
    apart = None if times is None else memory(errors(other) - errors(base), times)
    options = {"resamples": 499, "seed": seed}
    alone = compare_rows(base, other, metric, groups=units, **options)
    found = alone
    if apart is not None and apart.is_long:
        found = compare_rows(base, other, metric, groups=units, memory=apart, **options)
    return [found, alone, compare_rows(base, other, metric, **options)]


def _in_time(generator: Generator, correlation: float, metric: str, n: int, gain: float) -> Drawn:
    """Draw two series of errors; the other model's are smaller by the gain, or fewer."""
    noise = generator.normal(size=(2, n))
    noise[:, 1:] *= np.sqrt(1 - correlation**2)
    latent = lfilter([1.0], [1.0, -correlation], noise, axis=1)
    times = np.arange(n)
    if metric == "accuracy":
        right = latent < norm.ppf([[RIGHT], [RIGHT + gain]])
        base, other = (_answers(hits) for hits in right)
    else:
        y, none = 2 * generator.normal(size=n), np.empty((n, 0))
        base, other = (
            Predictions(y=y, predicted=y + size * errors, probabilities=none)
            for size, errors in zip((1, 1 - gain), latent, strict=True)
        )
    return base, other, time_blocks(times), times


def _copied(generator: Generator, times: float, metric: str, n: int, gain: float) -> Drawn:
    assert metric == "accuracy"
    rows = np.arange(n) // int(times)
    right = generator.random((2, n)) < np.array([[RIGHT], [RIGHT + gain]])
    base, other = (_answers(hits[rows]) for hits in right)
    return base, other, row_units(rows).codes, None


def _answers(right: NDArray[np.bool_]) -> Predictions:
    y = np.zeros(len(right), np.int64)
    predicted = np.where(right, 0, 1)
    return Predictions(y=y, predicted=predicted, probabilities=np.eye(2)[predicted])
