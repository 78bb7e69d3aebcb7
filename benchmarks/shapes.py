"""Cells of docs/statistics.md: equally good regressions, with errors of the same or another shape."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Predictions
from retrace.tools.significance import compare_rows

Cell = dict[str, Any]
Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]

RESAMPLES = 499
BIG = 1_000_000  # rows that stand for all
SMALLER = {30: 1.6, 360: 1.15}  # by what the better model's errors are divided, by the number of rows
SPREAD = 3.0  # of the target, in standard deviations of the errors

SHAPES: dict[str, Draw] = {
    "normal": lambda generator, n: generator.normal(size=n),
    "exponential": lambda generator, n: generator.exponential(size=n) - 1,
    "Student's t, 5": lambda generator, n: generator.standard_t(5, n),
    "Student's t, 3": lambda generator, n: generator.standard_t(3, n),
}
HEAVY = {"Student's t, 3": np.sqrt(3)}  # its standard deviation, which a million rows do not show
PAIRS = [("normal", "normal"), ("Student's t, 5", "Student's t, 5"), ("normal", "Student's t, 5"),
         ("normal", "exponential"), ("normal", "Student's t, 3")]  # fmt: skip
REGRESSION = [
    (metric, *pair, n) for metric in ("mae", "rmse", "r2") for pair in PAIRS for n in (30, 360)
]


def regression_cell(metric: str, base: str, other: str, n: int, replicates: int) -> Cell:
    """Say how often two regressions of the same true score are told apart."""
    scales = [1 / _size(metric, shape) for shape in (base, other)]
    found, unequal = (
        [
            compare_rows(
                *_pair((base, other), [scales[0], scales[1] / smaller], n, seed),
                metric,
                resamples=RESAMPLES,
            )
            for seed in range(repeated)
        ]
        for smaller, repeated in ((1.0, replicates), (SMALLER[n], replicates // 4))
    )
    return {
        "metric": metric,
        "errors of the base": base,
        "errors of the other": other,
        "rows": n,
        "alarms": float(np.mean([each.verdict.is_significant for each in found])),
        "p below .05": float(np.mean([each.p_value < 0.05 for each in found])),
        "covered when equal": float(
            np.mean([each.interval.low <= 0 <= each.interval.high for each in found])
        ),
        "power": float(np.mean([each.verdict == "better" for each in unequal])),
        "p below .05, power": float(np.mean([each.p_value < 0.05 for each in unequal])),
    }


def _size(metric: str, shape: str) -> float:
    """Return by what errors of a shape are divided, so that all shapes have the same true score."""
    if metric != "mae" and shape in HEAVY:
        return float(HEAVY[shape])
    errors = SHAPES[shape](np.random.default_rng(0), BIG)
    return float(np.abs(errors).mean() if metric == "mae" else np.sqrt((errors**2).mean()))


def _pair(
    shapes: tuple[str, str], scales: list[float], n: int, seed: int
) -> tuple[Predictions, Predictions]:
    generator = np.random.default_rng(seed)
    y = SPREAD * generator.normal(size=n)
    first, second = (
        Predictions(
            y=y,
            predicted=y + scale * SHAPES[shape](generator, n),
            probabilities=np.empty((n, 0)),
        )
        for shape, scale in zip(shapes, scales, strict=True)
    )
    return first, second
