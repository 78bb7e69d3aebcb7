"""One trial: the params with some values changed in, its score out."""

import io
import math
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np

from retrace.core.errors import ModelError, RetraceError
from retrace.core.params import Params
from retrace.core.records import Dataset
from retrace.evaluation.metrics import LOWER_IS_BETTER, METRICS, scores
from retrace.models.fitting import predict
from retrace.tools.repository.overrides import override_params
from retrace.tools.repository.refitting import fit_afresh
from retrace.tools.search.options import COSTS
from retrace.tools.search.trials.evaluating import Callback, Outcome
from retrace.tools.search.trials.folds import fold_rows, join

if TYPE_CHECKING:
    from retrace.models.torch.training import TrainingOptions, TrainingState

# What a fit can raise for a setting that does not work: a matrix that is singular, memory that runs out.
UNFIT = (RetraceError, ValueError, ArithmeticError, MemoryError, RuntimeError)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is searched for: all that scoring a trial needs besides its overrides.

    Attributes
    ----------
    params : Params
        params.yaml; the overrides of a trial are put into it.
    training, validation : Dataset
        The parts that the pipeline cached.
    goals : tuple of str
        What the trials' values are: the metric, then perhaps ``"seconds"``, ``"size"`` or another one.
    folds : int or None
        Cross-validation over the rows of both parts; None: fit on one, score on the other.
    """

    params: Params
    training: Dataset
    validation: Dataset
    goals: tuple[str, ...]
    folds: int | None = None


class _Stopped(Exception):  # noqa: N818  a trial that stops early is no error
    """The trial was told to stop."""


class _EpochReporter:
    """Tell after each epoch how good a network is: a callback of its training."""

    def __init__(self, goal: str, report: Callback) -> None:
        self._goal = goal
        self._report = report

    def on_train_begin(self, state: "TrainingState", options: "TrainingOptions") -> None:
        """Wait for the first epoch."""

    def on_epoch_end(self, state: "TrainingState", options: "TrainingOptions") -> None:
        """Report the epoch."""
        if self._report(state.epoch, _progress(state.history[-1], self._goal)):
            raise _Stopped

    def on_train_end(self, state: "TrainingState", options: "TrainingOptions") -> None:
        """Leave the rest to the score."""


def _progress(row: Mapping[str, Any], goal: str) -> float:
    """Return what stands for a metric during training: networks know their loss and accuracy only."""
    if goal in LOWER_IS_BETTER:
        return row["validation_loss"]
    # A regression has no accuracy.
    accuracy = row.get("validation_accuracy")
    return -row["validation_loss"] if accuracy is None else accuracy


def lower_is_better(goal: str) -> bool:
    """Tell in which direction a goal lies."""
    return goal in LOWER_IS_BETTER or goal in COSTS


def score(problem: Problem, overrides: Mapping[str, Any], report: Callback) -> Outcome:
    """Fit and score one trial.

    A setting that the model or the data refuse, or a score that is not finite, is a failed trial with
    its reason, never an exception.

    Parameters
    ----------
    overrides : dict
        Full names and values: ``{"models.svm.C": 10.0}``.
    report : callable
        Told the first goal after each epoch or fold.

    Returns
    -------
    Outcome
        With ``attributes["scores"]``: all metrics of the validation part (or their means over folds).
    """
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a hundred trials would warn of the same
        try:
            outcome = _scored(problem, overrides, report)
        except _Stopped:
            outcome = Outcome(values=None, pruned=True)
        except UNFIT as error:
            outcome = Outcome(values=None, error=_one_line(error))
    return replace(outcome, seconds=time.perf_counter() - start)


def _scored(problem: Problem, overrides: Mapping[str, Any], report: Callback) -> Outcome:
    params = override_params(problem.params, overrides)
    if problem.folds is None:  # what the stages `train` and `report` do
        callbacks = [_EpochReporter(problem.goals[0], report)]
        by_name = _fit(params, problem.training, problem.validation, problem.goals, callbacks)
    else:
        by_name = _cross_validate(problem, problem.folds, params, report)
    values = tuple(by_name[goal] for goal in problem.goals)
    for goal, value in zip(problem.goals, values, strict=True):
        if not math.isfinite(value):
            raise ModelError(f"the score is not finite: {goal} is {value}")
    scores = {name: value for name, value in by_name.items() if name not in COSTS}
    return Outcome(values=values, attributes={"scores": scores})


def _cross_validate(problem: Problem, folds: int, params: Params, report: Callback) -> dict[str, float]:
    rows, goal = join(problem.training, problem.validation), problem.goals[0]
    by_fold: list[dict[str, float]] = []
    for training, held_out in fold_rows(rows, folds, params.split):
        by_fold.append(_fit(params, rows.take(training), rows.take(held_out), problem.goals))
        so_far = float(np.mean([by_name[goal] for by_name in by_fold]))
        if report(len(by_fold), so_far) and len(by_fold) < folds:
            raise _Stopped
    return {name: float(np.mean([by_name[name] for by_name in by_fold])) for name in by_fold[0]}


def _fit(
    params: Params,
    training: Dataset,
    held_out: Dataset,
    goals: tuple[str, ...],
    callbacks: list[_EpochReporter] | tuple[()] = (),
) -> dict[str, float]:
    start = time.perf_counter()
    model = fit_afresh(params, training, held_out, callbacks)
    seconds = time.perf_counter() - start
    by_name = scores(predict(model, held_out), set(goals) & set(METRICS)) | {"seconds": seconds}
    return by_name | ({"size": _size(model)} if "size" in goals else {})


def _size(model: object) -> float:
    """Return how many bytes the model takes as a file."""
    packed = io.BytesIO()
    joblib.dump(model, packed)
    return float(packed.getbuffer().nbytes)


def _one_line(error: BaseException | str) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, RetraceError) else f"{type(error).__name__}: {text}"
