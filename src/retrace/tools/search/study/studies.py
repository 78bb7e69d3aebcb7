"""A study in its storage: what was tried, what came of it, and which trial is next."""

import contextlib
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, Trial, TrialState, create_trial

from retrace.tools.search.study.searchers import is_alive
from retrace.tools.search.study.spaces import Space
from retrace.tools.search.trials.evaluating import Outcome


@dataclass(frozen=True)
class OpenStudy:
    """A study that this process searches.

    Attributes
    ----------
    searcher : str
        This process (`retrace.tools.search.study.searchers.this_searcher`).
    identity : str
        What its trials carry.
    """

    study: Study
    storage: BaseStorage
    study_id: int
    searcher: str
    identity: str

    @property
    def signature(self) -> dict[str, Any]:
        """What tells of each trial whose it is, and what it is made from."""
        return {"searcher": self.searcher, "identity": self.identity}

    def trials(self) -> list[FrozenTrial]:
        """Return all trials as they are now."""
        return self.study.get_trials(deepcopy=False)

    def trial_id(self, number: int) -> int:
        """Return what the storage calls a trial."""
        return self.storage.get_trial_id_from_study_id_trial_number(self.study_id, number)


def finished_trials(study: Study) -> list[FrozenTrial]:
    """Return the trials that have values, in the order of their numbers."""
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def ranked(study: Study) -> list[FrozenTrial]:
    """Return the finished trials, the best first; with several goals the front, sorted by the first."""
    trials = finished_trials(study)
    if len(study.directions) > 1:
        trials = [trial for trial in study.best_trials if trial.values]
    sign = -1 if study.directions[0] == StudyDirection.MAXIMIZE else 1
    return sorted(trials, key=lambda trial: (sign * trial.values[0], trial.number))


def best_trial(study: Study) -> FrozenTrial | None:
    """Return the best trial; of equals the earliest; None of several goals, or before any finished."""
    return next(iter(ranked(study)), None) if len(study.directions) == 1 else None


def begun(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Return the trials that count: finished, failed, or running; not those that were retired."""
    return [
        trial
        for trial in trials
        if trial.state != TrialState.WAITING and "retired" not in trial.user_attrs
    ]


def add_baseline(opened: OpenStudy, space: Space, overrides: Mapping[str, Any]) -> None:
    """Let the values of params.yaml be a trial, unless they are one.

    A value outside the space is scored all the same; the sampler learns of those inside. The study is
    told, since params.yaml may have changed since its first trial.
    """
    if opened.study.user_attrs.get("baseline") != overrides:
        opened.study.set_user_attr("baseline", dict(overrides))
    for trial in opened.trials():
        told = trial.user_attrs
        if told.get("baseline") and told.get("overrides") == overrides and "retired" not in told:
            return
    told = {"baseline": True, "overrides": dict(overrides)}
    opened.study.enqueue_trial(space.inside(overrides), user_attrs=told | opened.signature)


def awaits_baseline(trials: Sequence[FrozenTrial]) -> bool:
    """Tell whether the values of params.yaml are still to be scored."""
    return any(
        trial.state == TrialState.WAITING and trial.user_attrs.get("baseline") for trial in trials
    )


def ask(opened: OpenStudy, space: Space) -> tuple[Trial, dict[str, Any]]:
    """Begin the next trial, one that a dead searcher left or a new one, and return its overrides too."""
    if any(trial.state == TrialState.WAITING for trial in opened.trials()):
        trial = opened.study.ask()
    else:
        # Signed from its first moment, it can never be an unknown searcher's.
        signed = create_trial(state=TrialState.RUNNING, user_attrs=opened.signature)
        trial = Trial(opened.study, opened.storage.create_new_trial(opened.study_id, signed))
    attributes = trial.user_attrs
    for name, value in opened.signature.items():
        if attributes.get(name) != value:
            trial.set_user_attr(name, value)
    if "overrides" in attributes:
        space.note(trial, attributes["overrides"])
        return trial, attributes["overrides"]
    overrides = space.suggest(trial)
    trial.set_user_attr("overrides", overrides)
    return trial, overrides


def tell(opened: OpenStudy, number: int, outcome: Outcome) -> bool:
    """Write down what became of a trial.

    Returns
    -------
    bool
        False where another searcher has finished it meanwhile: nothing is written then.
    """
    attributes = {"seconds": outcome.seconds, "worker": f"{socket.gethostname()}:{os.getpid()}"}
    attributes |= outcome.attributes | ({"error": outcome.error} if outcome.error else {})
    trial_id = opened.trial_id(number)
    state = TrialState.COMPLETE if outcome.values is not None else TrialState.FAIL
    try:
        for name, value in attributes.items():
            opened.storage.set_trial_user_attr(trial_id, name, value)
        opened.study.tell(number, outcome.values, state=TrialState.PRUNED if outcome.pruned else state)
    except (UpdateFinishedTrialError, ValueError):
        # SQLite now and then gives a trial that waits to two searchers at once; one of them counts.
        if opened.storage.get_trial(trial_id).state.is_finished():
            return False
        raise
    return True


def put_back(opened: OpenStudy, number: int) -> None:
    """Let a trial that this searcher cannot finish wait for the next one, under its number."""
    with contextlib.suppress(UpdateFinishedTrialError):
        opened.storage.set_trial_state_values(opened.trial_id(number), TrialState.WAITING)


def put_back_orphans(opened: OpenStudy) -> int:
    """Let the trials of searchers that died wait for the next one; return how many."""
    attributes = opened.study.user_attrs
    orphans = [
        trial.number
        for trial in opened.trials()
        if trial.state == TrialState.RUNNING and not _is_attended(trial, opened.searcher, attributes)
    ]
    for number in orphans:
        put_back(opened, number)
    return len(orphans)


def _is_attended(trial: FrozenTrial, searcher: str, attributes: Mapping[str, Any]) -> bool:
    theirs = trial.user_attrs.get("searcher", searcher)
    return theirs == searcher or is_alive(theirs, attributes)
