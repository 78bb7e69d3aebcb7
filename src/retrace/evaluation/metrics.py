"""The table of metrics, `METRICS`: all that scores, intervals and comparisons know of each.

A metric is a function of sums over rows: of what each row adds to the numbers that it is made of (hits,
a loss, an error squared). So one function gives the value in metrics.json and the thousands of resampled
values behind its interval and its verdict, and they cannot disagree about a definition. A metric that
is no function of sums, such as one of ranks, sums `each_row`: how often each row counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from retrace.core.errors import ParamsError, did_you_mean
from retrace.core.params import Params
from retrace.core.records import Floats, Predictions, Task

# SciPy is imported where rows are totalled: whoever asks for a name alone need not wait for it.
if TYPE_CHECKING:
    from scipy.sparse import csr_array

ROUNDING = 1e-12  # of a sum: less than that is nothing

Score = Callable[[Floats], Floats]
RowTotals = Callable[[Predictions], "csr_array"]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What is to be known of a metric.

    Attributes
    ----------
    task : str
        What is predicted where it is measured.
    better : {"higher", "lower"}
        Its direction.
    totals : callable
        How it is resampled: from predictions to what each row adds, (n_samples, n_totals).
    score : callable
        How it is computed: from sums of such rows, (..., n_totals), to values (...). With `each_row`
        it takes the predictions first, then how often each row counts, (..., n_samples).
    proportion : bool
        Whether it is the share of rows that are right, for which there are exact tests and intervals.
    """

    task: Task
    better: Literal["higher", "lower"]
    totals: RowTotals
    score: Callable[..., Floats]
    proportion: bool = False

    def scorer(self, predictions: Predictions) -> Score:
        """Return the function from sums of ``totals(predictions)`` to values."""
        return partial(self.score, predictions) if self.totals is each_row else self.score


def scores(predictions: Predictions) -> dict[str, float]:
    """Return the metrics of one part, by the names and in the order that metrics.json has."""
    sums = {made_by: totals.sum(axis=0) for made_by, totals in row_totals(predictions).items()}
    return {
        name: float(metric.scorer(predictions)(sums[metric.totals]))
        for name, metric in metrics_of(predictions).items()
    }


def metrics_of(predictions: Predictions) -> dict[str, Metric]:
    """Return the metrics of the task that these are predictions of."""
    task: Task = "classification" if predictions.probabilities.shape[1] else "regression"
    return {name: METRICS[name] for name in metric_names(task)}


def row_totals(predictions: Predictions) -> dict[RowTotals, "csr_array"]:
    """Return what each row adds, once for all metrics that share it."""
    return {metric.totals: metric.totals(predictions) for metric in metrics_of(predictions).values()}


def metric_names(task: Task) -> tuple[str, ...]:
    """Return the metrics of a task, in the order that metrics.json has."""
    return tuple(name for name, metric in METRICS.items() if metric.task == task)


def check_metric(params: Params, task: Task) -> None:
    """Refuse a metric that the task of the data does not have.

    Raises
    ------
    ParamsError
        Naming the metrics that the task has.
    """
    names = metric_names(task)
    if params.metric not in names:
        raise ParamsError(
            f"params.yaml: metric: got '{params.metric}'{did_you_mean(params.metric, names)}, but data"
            f" '{params.data}' is a {task}; allowed: {', '.join(names)}"
        )


def class_totals(predictions: Predictions) -> "csr_array":
    """Return whether a row is a true positive, a false negative, a false positive of each class.

    Returns
    -------
    sparse array of shape (n_samples, 3 * n_classes)
        A row that is right has one entry, a wrong one two.
    """
    from scipy.sparse import csr_array

    y, predicted, k = predictions.y, predictions.predicted, predictions.probabilities.shape[1]
    right = y == predicted
    entries = np.stack([right, ~right, ~right], axis=1)
    columns = np.stack([y, k + y, 2 * k + predicted], axis=1)[entries]
    starts = np.concatenate([[0], np.cumsum(2 - right)])
    return csr_array((np.ones(len(columns)), columns, starts), shape=(len(y), 3 * k))


def loss_totals(predictions: Predictions) -> "csr_array":
    """Return 1 and the loss of each row."""
    return _full_rows([np.ones(len(predictions.y)), row_losses(predictions)])


def error_totals(predictions: Predictions) -> "csr_array":
    """Return 1, the absolute and the squared error, the distance to the mean target and its square."""
    error = predictions.predicted - predictions.y
    # Of targets near 1e6 the squares would leave no digit for their spread; of distances they do.
    distance = predictions.y - predictions.y.mean()
    return _full_rows([np.ones(len(error)), np.abs(error), error**2, distance, distance**2])


def _full_rows(columns: list[Floats]) -> "csr_array":
    from scipy.sparse import csr_array

    shape = len(columns[0]), len(columns)
    entries = np.stack(columns, axis=1).ravel()
    return csr_array(
        (entries, np.tile(np.arange(shape[1]), shape[0]), np.arange(0, len(entries) + 1, shape[1])),
        shape=shape,
    )


def each_row(predictions: Predictions) -> "csr_array":
    """Return which row a row is: sums of it say how often each row counts."""
    from scipy.sparse import eye_array

    return eye_array(len(predictions.y), format="csr")


def row_losses(predictions: Predictions) -> Floats:
    """Return minus the log of the true class's probability, for each row."""
    true = predictions.probabilities[np.arange(len(predictions.y)), predictions.y]
    return -np.log(np.clip(true, np.finfo(np.float64).eps, 1))


def _by_class(totals: Floats) -> tuple[Floats, Floats, Floats]:
    """Return hits, rows of the class, and rows taken for it."""
    hits, false_negatives, false_positives = np.split(totals, 3, axis=-1)
    return hits, hits + false_negatives, hits + false_positives


def precision(totals: Floats) -> Floats:
    """Return the precision of each class, from sums of `class_totals`."""
    hits, _, predicted = _by_class(totals)
    return _ratio(hits, predicted)


def recall(totals: Floats) -> Floats:
    """Return the recall of each class, from sums of `class_totals`."""
    hits, support, _ = _by_class(totals)
    return _ratio(hits, support)


def f1(totals: Floats) -> Floats:
    """Return the F1 of each class, from sums of `class_totals`."""
    hits, support, predicted = _by_class(totals)
    return _ratio(2 * hits, support + predicted)


def _accuracy(totals: Floats) -> Floats:
    hits, support, _ = _by_class(totals)
    return hits.sum(axis=-1) / support.sum(axis=-1)


def _macro(of_class: Score) -> Score:
    # As scikit-learn does: over the classes that occur among the true or the predicted labels.
    def average(totals: Floats) -> Floats:
        _, support, predicted = _by_class(totals)
        occurs = (support + predicted) > 0
        return (of_class(totals) * occurs).sum(axis=-1) / occurs.sum(axis=-1)

    return average


def _weighted(of_class: Score) -> Score:
    def average(totals: Floats) -> Floats:
        _, support, _ = _by_class(totals)
        share = support / support.sum(axis=-1)[..., np.newaxis]
        return (of_class(totals) * share).sum(axis=-1)

    return average


def _mean(totals: Floats) -> Floats:
    return totals[..., 1] / totals[..., 0]


def _root_mean_square(totals: Floats) -> Floats:
    return np.sqrt(totals[..., 2] / totals[..., 0])


def _r2(totals: Floats) -> Floats:
    n, _, squared, distance, distance_squared = np.moveaxis(totals, -1, 0)
    spread = distance_squared - distance**2 / n
    # A difference of two sums: what rounding leaves of nothing is no spread.
    spread = np.where(spread > ROUNDING * distance_squared, spread, 0)
    # scikit-learn's words on targets that are all equal: perfect is 1, anything else 0.
    return np.where(spread > 0, 1 - _ratio(squared, spread), (squared == 0).astype(float))


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Divide; 0 where there is nothing to divide by, as scikit-learn does with ``zero_division=0``."""
    return np.divide(
        numerator, denominator, out=np.zeros_like(numerator, dtype=float), where=denominator > 0
    )


_of_classes = partial(Metric, task="classification", better="higher", totals=class_totals)
_of_errors = partial(Metric, task="regression", totals=error_totals)

# In the order that metrics.json has.
METRICS: dict[str, Metric] = {
    "accuracy": _of_classes(score=_accuracy, proportion=True),
    "f1_macro": _of_classes(score=_macro(f1)),
    "f1_weighted": _of_classes(score=_weighted(f1)),
    "precision_weighted": _of_classes(score=_weighted(precision)),
    # Weighted recall is accuracy by another name.
    "recall_weighted": _of_classes(score=_weighted(recall), proportion=True),
    "log_loss": Metric(task="classification", better="lower", totals=loss_totals, score=_mean),
    "mae": _of_errors(better="lower", score=_mean),
    "rmse": _of_errors(better="lower", score=_root_mean_square),
    "r2": _of_errors(better="higher", score=_r2),
}

LOWER_IS_BETTER = tuple(name for name, metric in METRICS.items() if metric.better == "lower")
