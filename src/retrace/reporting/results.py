"""What a report is made of, and the tables that go into files: metrics.json, predictions.csv."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from retrace.core.artifacts import PREDICTION_COLUMNS, PROBABILITY, TIME
from retrace.core.params import Params
from retrace.core.records import Dataset, Predictions
from retrace.evaluation.baseline import Baseline, against_constant
from retrace.evaluation.bootstrap import score_intervals
from retrace.evaluation.dependence import Dependence, partial_dependence
from retrace.evaluation.importance import (
    Importance,
    metric_for_importance,
    permutation_importance,
)
from retrace.evaluation.intervals import Interval
from retrace.evaluation.losses import errors
from retrace.evaluation.metrics import asked_metrics, check_defined, check_metric, scores
from retrace.evaluation.serial import Memory, memory
from retrace.evaluation.units import RowUnits, row_units
from retrace.models.words import Words

MOST_DEPENDENCES = 4  # columns


@dataclass(frozen=True, kw_only=True)
class Results:
    """All that a report says of one model.

    Raises
    ------
    ParamsError
        The metric of params.yaml is not one of this task.
    """

    params: Params
    parts: dict[str, Dataset]
    predictions: dict[str, Predictions]
    history: pd.DataFrame
    environment: dict[str, Any]
    data_checks: dict[str, list[str]]  # the findings of `retrace.splitting.checks`
    predict: Callable[[Dataset], Predictions] | None = None  # None: no column is shuffled
    words: tuple[Words, ...] = ()  # of a linear model of texts

    def __post_init__(self) -> None:
        """Check that the metric that counts is one that the task has."""
        check_metric(self.params, self.dataset.task)

    @property
    def dataset(self) -> Dataset:
        """The test part."""
        return self.parts["test"]

    @property
    def test(self) -> Predictions:
        """What the model says of the test part."""
        return self.predictions["test"]

    @property
    def asked(self) -> tuple[str, ...]:
        """The metrics that params.yaml asks for, beside the standard ones."""
        return asked_metrics(self.params)

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """The interval of each metric on the test part: one bootstrap for all pages that show them."""
        return score_intervals(self.test, self.params.report, self.units.codes, self.asked, self.memory)

    @cached_property
    def baseline(self) -> Baseline:
        """What ignoring the inputs would score on the test part, known from the validation part."""
        return against_constant(
            self.test,
            self.predictions["validation"].y,
            self.params.metric,
            self.params.report,
            self.units.codes,
        )

    @cached_property
    def importance(self) -> list[Importance]:
        """What each column is worth on the validation part; of a table alone."""
        if self.predict is None or self.dataset.kind != "tabular":
            return []
        metric = metric_for_importance(self.params.metric)
        return permutation_importance(self.predict, self.parts["validation"], metric, self.params.report)

    @cached_property
    def dependence(self) -> list[Dependence]:
        """What the model says by the values of the columns that matter most; not of private data."""
        if self.predict is None or self.dataset.private:
            return []
        part = self.parts["validation"]
        matter = [one.column for one in self.importance if one.interval.low > 0][:MOST_DEPENDENCES]
        dependences = [
            partial_dependence(self.predict, part, name, self.params.report) for name in matter
        ]
        return [each for each in dependences if each.levels]

    @cached_property
    def units(self) -> RowUnits:
        """What counts as one piece of evidence in the test part."""
        test = self.dataset
        by_time = test.times if self.params.split.method == "time" else None
        return row_units(test.row_hash, test.groups, by_time)

    @cached_property
    def memory(self) -> Memory | None:
        """For how long the errors of the test part stay alike; None where it was not split by time."""
        times = self.dataset.times
        if times is None or self.units.kind != "block":
            return None
        return memory(errors(self.test), times)


def metrics(results: Results) -> dict[str, dict[str, float]]:
    """Return the contents of metrics.json: the metrics of each part, and the rows of the test part."""
    values = {
        part: scores(predictions, results.asked) for part, predictions in results.predictions.items()
    }
    for part, of_part in values.items():
        check_defined(of_part, part)
    values["test"]["n"] = len(results.test.y)
    return values


def predictions_table(results: Results) -> pd.DataFrame:
    """Return one row per row that was judged, in the columns that `retrace.core.artifacts` names."""
    return pd.concat([_part_table(part, results) for part in results.predictions], ignore_index=True)


def confusion_table(results: Results) -> pd.DataFrame:
    """Return the true and the predicted class of each test row, for `dvc plots`.

    A regression has no classes: then it is only the header.
    """
    if results.dataset.task != "classification":
        return pd.DataFrame(columns=["true", "predicted"])
    names = np.array(results.dataset.classes, dtype=object)
    return pd.DataFrame({"true": names[results.test.y], "predicted": names[results.test.predicted]})


def _part_table(part: str, results: Results) -> pd.DataFrame:
    dataset, predictions = results.parts[part], results.predictions[part]
    true, predicted = predictions.y, predictions.predicted
    if dataset.classes:
        names = np.array(dataset.classes, dtype=object)
        true, predicted = names[true], names[predicted]
    groups = [""] * len(dataset) if dataset.groups is None else dataset.groups
    row_hash = [f"{value:016x}" for value in dataset.row_hash]
    values: tuple[Any, ...] = [part] * len(dataset), dataset.ids, groups, row_hash, true, predicted
    probabilities = {
        f"{PROBABILITY}{name}": predictions.probabilities[:, code]
        for code, name in enumerate(dataset.classes)
    }
    by_time = results.params.split.method == "time"
    times = {TIME: dataset.times} if by_time and dataset.times is not None else {}
    return pd.DataFrame(dict(zip(PREDICTION_COLUMNS, values, strict=True)) | times | probabilities)
