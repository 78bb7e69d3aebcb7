"""One trial: the params with some values changed in, its score out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from retrace.params import Params
from retrace.records import Dataset
from retrace.search.events import Outcome, Report


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
    """

    params: Params
    training: Dataset
    validation: Dataset
    goals: tuple[str, ...]
    folds: int | None = None


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
    raise NotImplementedError
