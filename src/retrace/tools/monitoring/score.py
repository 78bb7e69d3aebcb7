"""The metrics of new rows whose labels have arrived, held against what was promised of the model.

The interval of the difference comes from those of its two sides: G. Y. Zou and A. Donner, Statistics in
Medicine 27 (2008), 1693-1702 (MOVER): the rows are others than those of the promise, so the sides are
independent.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrace.core.records import Predictions
from retrace.evaluation.bootstrap import score_intervals
from retrace.evaluation.intervals import Interval, interval_text, number_text
from retrace.evaluation.metrics import METRICS, scores
from retrace.tools.monitoring.reading import read_input, read_labels
from retrace.tools.prediction.predictor import load_predictor
from retrace.tools.prediction.promise import Promise, promise_of
from retrace.tools.prediction.source import Source

WORSE, BETTER, KEPT = "worse than promised", "better than promised", "as promised"
UNTOLD = "not to be told from so few rows"


@dataclass(frozen=True, kw_only=True)
class Score:
    """The metrics of new rows.

    Attributes
    ----------
    verdict : str
        Of the metric that counts: worse or better only where ``difference`` leaves out 0.
    difference : Interval
        New less promised.
    """

    promise: Promise
    n_rows: int
    values: dict[str, float]
    intervals: dict[str, Interval]
    difference: Interval
    verdict: str


def score_input(source: Source, where: str, spool: Path) -> Score:
    """Score a model on rows with labels.

    Raises
    ------
    RetraceError
        The input or its labels cannot be read, or the run of the model has no report.
    """
    promise, predictor = promise_of(source), load_predictor(source)
    asked = read_input(predictor, where, spool)
    said = predictor.answer(asked.X)
    labelled = Predictions(
        y=read_labels(predictor, where, asked.ids),
        predicted=said.predicted,
        probabilities=said.probabilities,
    )
    values, intervals = scores(labelled), score_intervals(labelled, promise.report)
    metric = promise.metric
    between = difference_of(
        (values[metric], intervals[metric]), (promise.values[metric], promise.intervals[metric])
    )
    return Score(
        promise=promise,
        n_rows=len(asked.ids),
        values=values,
        intervals=intervals,
        difference=between,
        verdict=verdict_of(between, higher_is_better=METRICS[metric].better == "higher"),
    )


def difference_of(new: tuple[float, Interval], old: tuple[float, Interval]) -> Interval:
    """Return the interval of a difference, from the value and the interval of each side."""
    (value, own), (before, other) = new, old
    middle = value - before
    return Interval(
        middle - math.hypot(value - own.low, other.high - before),
        middle + math.hypot(own.high - value, before - other.low),
    )


def verdict_of(difference: Interval, *, higher_is_better: bool) -> str:
    """Say what an interval of a difference says."""
    if np.isnan(difference.low):
        return UNTOLD
    if difference.low <= 0 <= difference.high:
        return KEPT
    return BETTER if (difference.low > 0) == higher_is_better else WORSE


def as_lines(found: Score) -> list[str]:
    """Write the metrics of both sides, and the verdict."""
    promise, metric = found.promise, found.promise.metric
    between = interval_text(found.difference)
    return [
        f"{found.verdict}: `{metric}` {number_text(found.values[metric])} on {found.n_rows} rows,"
        f" promised {number_text(promise.values[metric])} on {len(promise.rows)}; difference {between}",
        *(
            f"  {name}: {number_text(value)} ({interval_text(found.intervals[name])}), promised"
            f" {number_text(promise.values[name])} ({interval_text(promise.intervals[name])})"
            for name, value in found.values.items()
        ),
    ]
