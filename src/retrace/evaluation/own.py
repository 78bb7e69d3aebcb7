"""Metrics of your own: one function with a decorator in src/metrics.py; then params.yaml may name it.

    from retrace.evaluation.own import mean_over_rows, whole

    @mean_over_rows(task="regression", better="higher")
    def within_5(y, predicted):
        return abs(predicted - y) < 5

    @whole(task="classification", better="higher", of="probabilities")
    def gain_at_the_top(y, probabilities, sample_weight):
        ...
        return one_number

Its name is the function's. It has an interval in the report, and `retrace compare` tests it.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from retrace.core.records import Floats, Predictions, Task
from retrace.evaluation.definition import Metric, each_row, full_rows, mean

Of = Literal["predicted", "probabilities"]

# What src/metrics.py registers.
OWN: dict[str, Metric] = {}


def mean_over_rows(
    *, task: Task, better: Literal["higher", "lower"], of: Of = "predicted"
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a metric of a function that gives a value for each row: their mean.

    Parameters
    ----------
    task : {"classification", "regression"}
        The kind of prediction that it scores.
    better : {"higher", "lower"}
        Whether the larger or the smaller value is of the better model.
    of : {"predicted", "probabilities"}
        What the function takes beside ``y``: codes of classes, or numbers, of shape (n_samples,); or
        probabilities of shape (n_samples, n_classes).
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        def totals(predictions: Predictions) -> Any:
            values = np.asarray(function(predictions.y, getattr(predictions, of)), dtype=np.float64)
            return full_rows([np.ones(len(values)), values])

        OWN[function.__name__] = Metric(task=task, better=better, totals=totals, score=mean)
        return function

    return register


def whole(
    *, task: Task, better: Literal["higher", "lower"], of: Of = "predicted"
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a metric of a function of all rows, as scikit-learn's are: ``(y, predicted, sample_weight)``.

    It is called once for each resample, thousands of times; where a mean over rows will do, that is
    many times faster. The parameters are those of `mean_over_rows`.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        def score(predictions: Predictions, weights: Floats) -> Floats:
            given = predictions.y, getattr(predictions, of)
            flat = np.asarray(weights, dtype=np.float64).reshape(-1, weights.shape[-1])
            values = [function(*given, sample_weight=each) for each in flat]
            return np.array(values, dtype=np.float64).reshape(weights.shape[:-1])

        OWN[function.__name__] = Metric(task=task, better=better, totals=each_row, score=score)
        return function

    return register
