"""One trial: the params with some values changed in, its score out."""

import io
import math
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np

from retrace.core.errors import ModelError, RetraceError
from retrace.core.params import Params
from retrace.core.records import Dataset
from retrace.core.seeding import pin
from retrace.evaluation.metrics import LOWER_IS_BETTER, scores
from retrace.models.fitting import fit_model, predict
from retrace.models.registry import build_model
from retrace.tools.repository.overrides import override_params
from retrace.tools.search.trials.events import Outcome, Report
from retrace.tools.search.trials.folds import SEED, fold_rows, join

if TYPE_CHECKING:
    from retrace.models.torch.training import TrainingOptions, TrainingState

# Goals that are no metrics of metrics.json; less of each is better.
COSTS = ("seconds", "size")

# What a fit can raise for a setting that does not work: a matrix that is singular, memory that runs out.
UNFIT = (RetraceError, ValueError, ArithmeticError, MemoryError, RuntimeError)


@dataclass(frozen=True, kw_only=True)
class Task:
    """All that scoring a trial needs besides its overrides; can be sent to another process.

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
    fold_seed : int
        Which folds.
    """

    params: Params
    training: Dataset
    validation: Dataset
    goals: tuple[str, ...]
    folds: int | None = None
    fold_seed: int = SEED


class _Stopped(Exception):  # noqa: N818  a trial that stops early is no error
    """The trial was told to stop."""


class _EpochReporter:
    """Tell after each epoch how good a network is: a callback of its training."""

    def __init__(self, goal: str, report: Report) -> None:
        self._goal = goal
        self._report = report

    def on_train_begin(self, state: "TrainingState", options: "TrainingOptions") -> None:
        """Wait for the first epoch."""

    def on_epoch_end(self, state: "TrainingState", options: "TrainingOptions") -> None:
        """Report the epoch."""
        row = state.history[-1]
        if self._report(state.epoch, _progress(row, self._goal)):
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


def score(task: Task, overrides: Mapping[str, Any], report: Report) -> Outcome:
    """Fit and score one trial.

    A setting that the model or the data refuse, or a score that is not finite, is a failed trial with
    its reason, never an exception.

    Parameters
    ----------
    task : Task
    overrides : dict
        Full names and values: ``{"models.svm.C": 10.0}``.
    report : callable
        Told ``(step, value)`` of the first goal after each epoch or fold; True means stop now.

    Returns
    -------
    Outcome
        With ``attributes["scores"]``: all metrics of the validation part (or their means over folds).
    """
    start = time.perf_counter()
    values, pruned, failure = None, False, None
    attributes: dict[str, Any] = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            values, attributes = _values(task, overrides, report)
        except _Stopped:
            pruned = True
        except UNFIT as error:
            failure = _one_line(error)
    if caught:
        attributes["warning"] = _one_line(caught[0].message)
    seconds = time.perf_counter() - start
    return Outcome(values=values, pruned=pruned, error=failure, seconds=seconds, attributes=attributes)


def _values(
    task: Task, overrides: Mapping[str, Any], report: Report
) -> tuple[tuple[float, ...], dict[str, Any]]:
    params = override_params(task.params, overrides)
    fit = _one_fit if task.folds is None else _cross_validate
    found, attributes = fit(task, params, report)
    values = tuple(found[goal] for goal in task.goals)
    for goal, value in zip(task.goals, values, strict=True):
        if not math.isfinite(value):
            raise ModelError(f"the score is not finite: {goal} is {value}")
    attributes["scores"] = {name: value for name, value in found.items() if name not in COSTS}
    return values, attributes


def _one_fit(task: Task, params: Params, report: Report) -> tuple[dict[str, float], dict[str, Any]]:
    """Do what the stages `train` and `report` do."""
    callbacks = [_EpochReporter(task.goals[0], report)]
    found, model = _fit(params, task.training, task.validation, callbacks, task.goals)
    best_epoch = getattr(model["model"], "best_epoch_", None)
    return found, {} if best_epoch is None else {"best_epoch": best_epoch}


def _cross_validate(
    task: Task, params: Params, report: Report
) -> tuple[dict[str, float], dict[str, Any]]:
    assert task.folds is not None
    rows = join(task.training, task.validation)
    each: list[dict[str, float]] = []
    for training, held_out in fold_rows(rows, task.folds, params.split, task.fold_seed):
        each.append(_fit(params, rows.take(training), rows.take(held_out), [], task.goals)[0])
        so_far = float(np.mean([found[task.goals[0]] for found in each]))
        if report(len(each), so_far) and len(each) < task.folds:
            raise _Stopped
    means = {name: float(np.mean([found[name] for found in each])) for name in each[0]}
    return means, {"folds": [found[task.goals[0]] for found in each]}


def _fit(
    params: Params,
    training: Dataset,
    held_out: Dataset,
    callbacks: list[_EpochReporter],
    goals: tuple[str, ...],
) -> tuple[dict[str, float], Any]:
    # Each fit starts as `train` does, whatever this process computed before.
    pin(seed=params.seed, threads=params.train.threads, instructions=params.train.instructions)
    model = build_model(params, training.kind, training.task)
    start = time.perf_counter()
    fit_model(model, training, held_out, callbacks=callbacks)
    seconds = time.perf_counter() - start
    found = scores(predict(model, held_out)) | {"seconds": seconds}
    return found | ({"size": _size(model)} if "size" in goals else {}), model


def _size(model: object) -> float:
    """Return how many bytes the model takes as a file."""
    packed = io.BytesIO()
    joblib.dump(model, packed)
    return float(packed.getbuffer().nbytes)


def _one_line(error: BaseException | str) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, RetraceError) else f"{type(error).__name__}: {text}"
