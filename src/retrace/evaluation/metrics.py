"""The table of metrics, `METRICS`: all that scores, intervals and comparisons know of each."""

from collections.abc import Container, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from retrace.core.errors import DataError, ParamsError, did_you_mean
from retrace.core.own_code import WithOwn
from retrace.core.params import Params
from retrace.core.records import Predictions, Task
from retrace.evaluation import answers, losses, own, ranks
from retrace.evaluation.definition import Metric, RowTotals, each_row, mean

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_of_classes = partial(Metric, task="classification", better="higher", bounds=(0, 1))
_of_answers = partial(_of_classes, totals=answers.class_totals)
_of_losses = partial(Metric, task="classification", better="lower", score=mean)
_of_errors = partial(Metric, task="regression", better="lower", score=mean, bounds=(0, np.inf))

# Those that metrics.json always has, in its order; then those that `report.metrics` may name.
OURS: dict[str, Metric] = {
    "accuracy": _of_answers(score=answers.accuracy, proportion=True, standard=True),
    "f1_macro": _of_answers(score=answers.macro(answers.f1), standard=True),
    "f1_weighted": _of_answers(score=answers.weighted(answers.f1), standard=True),
    "precision_weighted": _of_answers(score=answers.weighted(answers.precision), standard=True),
    "balanced_accuracy": _of_answers(score=answers.balanced_accuracy, standard=True),
    "log_loss": _of_losses(totals=losses.loss_totals, bounds=(0, np.inf), standard=True, tails=True),
    # Weighted recall is accuracy by another name.
    "recall_weighted": _of_answers(score=answers.weighted(answers.recall), proportion=True),
    "matthews_corrcoef": _of_answers(score=answers.matthews_corrcoef, bounds=(-1, 1)),
    "cohen_kappa": _of_answers(score=answers.cohen_kappa, bounds=(-1, 1)),
    "quadratic_kappa": _of_classes(
        totals=answers.ordinal_totals, score=answers.quadratic_kappa, bounds=(-1, 1)
    ),
    "roc_auc": _of_classes(totals=each_row, score=ranks.roc_auc),
    "average_precision": _of_classes(totals=each_row, score=ranks.average_precision),
    "top_2_accuracy": _of_classes(totals=losses.top_totals(2), score=mean),
    "top_3_accuracy": _of_classes(totals=losses.top_totals(3), score=mean),
    "top_5_accuracy": _of_classes(totals=losses.top_totals(5), score=mean),
    "brier": _of_losses(totals=losses.brier_totals, bounds=(0, 2)),
    "calibration_error": _of_losses(
        totals=losses.calibration_totals, score=losses.calibration_error, bounds=(0, 1)
    ),
    "mae": _of_errors(totals=losses.error_totals, standard=True, tails=True),
    "rmse": _of_errors(
        totals=losses.error_totals, score=losses.root_mean_square, standard=True, tails=True
    ),
    "r2": _of_errors(
        totals=losses.error_totals,
        better="higher",
        score=losses.r2,
        bounds=(-np.inf, 1),
        standard=True,
        tails=True,
    ),
    "median_absolute_error": _of_errors(totals=each_row, score=ranks.median_absolute_error),
    "mape": _of_errors(totals=losses.percentage_totals, tails=True),
    "pinball_10": _of_errors(totals=losses.pinball_totals(0.1), tails=True),
    "pinball_90": _of_errors(totals=losses.pinball_totals(0.9), tails=True),
}

METRICS = WithOwn(OURS, "metrics", own.METRICS)


class _LowerIsBetter(Container[str]):
    """The names of metrics of which less is better; what is no metric is none of them."""

    def __contains__(self, name: object) -> bool:
        metric = METRICS.get(str(name))
        return metric is not None and metric.better == "lower"


LOWER_IS_BETTER = _LowerIsBetter()


def scores(predictions: Predictions, also: Iterable[str] = ()) -> dict[str, float]:
    """Return metrics of one part: the standard ones by the names and in the order of metrics.json.

    Parameters
    ----------
    also : iterable of str
        Further ones; NaN where they are not defined.
    """
    metrics = metrics_of(predictions, also)
    sums = {made_by: totals.sum(axis=0) for made_by, totals in row_totals(predictions, metrics).items()}
    return {
        name: float(metric.scorer(predictions)(sums[metric.totals])) for name, metric in metrics.items()
    }


def metrics_of(predictions: Predictions, also: Iterable[str] = ()) -> dict[str, Metric]:
    """Return the standard metrics of the task that these are predictions of, and further ones."""
    task: Task = "classification" if predictions.probabilities.shape[1] else "regression"
    return {name: METRICS[name] for name in dict.fromkeys([*metric_names(task), *also])}


def row_totals(predictions: Predictions, metrics: Mapping[str, Metric]) -> dict[RowTotals, "csr_array"]:
    """Return what each row adds, once for all metrics that share it."""
    return {totals: totals(predictions) for totals in {each.totals: None for each in metrics.values()}}


def metric_names(task: Task) -> tuple[str, ...]:
    """Return the standard metrics of a task, in the order that metrics.json has."""
    return tuple(name for name in known_metrics(task) if METRICS[name].standard)


def known_metrics(task: Task) -> tuple[str, ...]:
    """Return all metrics of a task, the standard ones first."""
    return tuple(name for name, metric in METRICS.items() if metric.task == task)


def asked_metrics(params: Params) -> tuple[str, ...]:
    """Return the metrics that params.yaml asks for, beside the standard ones."""
    return (params.metric, *params.report.metrics)


def check_metric(params: Params, task: Task) -> None:
    """Refuse a metric that the task of the data does not have.

    Raises
    ------
    ParamsError
        Naming the metrics that the task has.
    """
    names = known_metrics(task)
    asked = {params.metric: "metric"} | dict.fromkeys(params.report.metrics, "report.metrics")
    for name, key in asked.items():
        if name not in names:
            raise ParamsError(
                f"params.yaml: {key}: got '{name}'{did_you_mean(name, names)}, but data"
                f" '{params.data}' is a {task}; allowed: {', '.join(names)}"
            )


def check_defined(values: Mapping[str, float], part: str) -> None:
    """Refuse metrics that the rows of a part leave undefined.

    Raises
    ------
    DataError
        Naming the first of them.
    """
    for name, value in values.items():
        if not np.isfinite(value):
            raise DataError(
                f"params.yaml: {name} is not defined on the {part} part ({value}), as where a class has"
                " no row there: leave it out of `metric` and `report.metrics`, or split otherwise"
            )
