"""A study in its storage: what was tried, and what came of it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial


def finished_trials(study: "Study") -> "list[FrozenTrial]":
    """Return the trials that have values, in the order of their numbers."""
    from optuna.trial import TrialState

    return [each for each in study.get_trials(deepcopy=False) if each.state == TrialState.COMPLETE]


def best_trial(study: "Study") -> "FrozenTrial | None":
    """Return the best trial of a study with one goal; of equals the earliest.

    Returns
    -------
    FrozenTrial or None
        None where no trial has finished yet, or where there are several goals.
    """
    from optuna.study import StudyDirection

    finished = finished_trials(study)
    if len(study.directions) > 1 or not finished:
        return None
    sign = -1 if study.direction == StudyDirection.MAXIMIZE else 1
    return min(finished, key=lambda trial: (sign * trial.values[0], trial.number))
