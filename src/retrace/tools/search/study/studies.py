"""A study in its storage: who searches it, what was tried, and which trial is next.

Optuna's own heartbeat serves databases and `study.optimize` only, and tries a lost trial again under
another number.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psutil
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, Trial, TrialState, create_trial

from retrace.tools.search.study.spaces import Space, setting_key
from retrace.tools.search.trials.evaluating import Outcome

# A searcher on another machine that is silent for longer is taken for dead.
SECONDS_BETWEEN_BEATS = 20
SECONDS_OF_SILENCE = 120


@dataclass(frozen=True)
class OpenStudy:
    """A study that this process searches.

    Attributes
    ----------
    searcher : str
        This process (`this_searcher`).
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
        if told.get("baseline") and told.get("overrides") == overrides:
            return
    told = {"baseline": True, "overrides": dict(overrides)}
    opened.study.enqueue_trial(space.inside(overrides), user_attrs=told | opened.signature)


def awaits_baseline(trials: Sequence[FrozenTrial]) -> bool:
    """Tell whether the values of params.yaml are still to be scored."""
    return any(
        trial.state == TrialState.WAITING and trial.user_attrs.get("baseline") for trial in trials
    )


def ask(
    opened: OpenStudy, space: Space, grid: Mapping[str, dict[str, Any]] | None = None
) -> tuple[Trial, dict[str, Any]]:
    """Begin the next trial, one that a dead searcher left or a new one, and return its overrides too.

    Of a grid a new trial is the first that nobody has begun; Optuna's own grid knows neither conditions
    nor a first trial that is not on it.
    """
    if any(trial.state == TrialState.WAITING for trial in opened.trials()):
        trial = opened.study.ask()
    else:
        told, fixed = opened.signature, dict[str, Any]()
        if grid:
            tried = {setting_key(each.user_attrs.get("overrides", {})) for each in opened.trials()}
            told["overrides"] = grid[next((key for key in grid if key not in tried), next(iter(grid)))]
            fixed["fixed_params"] = space.inside(told["overrides"])  # as `enqueue_trial` has it
        # Signed from its first moment, it can never be an unknown searcher's.
        signed = create_trial(state=TrialState.RUNNING, user_attrs=told, system_attrs=fixed)
        trial = Trial(opened.study, opened.storage.create_new_trial(opened.study_id, signed))
    attributes = trial.user_attrs
    for name, value in opened.signature.items():
        if attributes.get(name) != value:
            trial.set_user_attr(name, value)
    if "overrides" in attributes:
        space.note(trial, attributes["overrides"])
        return trial, attributes["overrides"]
    overrides = space.choose(lambda parameter: parameter.value(parameter.suggest(trial)))
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
    with suppress(UpdateFinishedTrialError):
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


def this_searcher() -> str:
    """Return ``host:pid:start time``: another process with the same number is another searcher."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_time(os.getpid())}"


def is_alive(searcher: str, attributes: Mapping[str, Any]) -> bool:
    """Tell whether a searcher still runs.

    Parameters
    ----------
    searcher : str
        As `this_searcher` names it.
    attributes : dict
        The study's user attributes, heartbeats among them: they count for other machines, whose
        clocks should agree within a minute.
    """
    host, pid, start = searcher.rsplit(":", 2)
    if host == socket.gethostname():
        return psutil.pid_exists(int(pid)) and _start_time(int(pid)) == int(start)
    return time.time() - float(attributes.get(_key(searcher), 0)) < SECONDS_OF_SILENCE


def _start_time(pid: int) -> int:
    try:
        return int(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0


def _key(searcher: str) -> str:
    return f"alive {searcher}"


@contextmanager
def heartbeat(study: Study, searcher: str) -> Iterator[None]:
    """Write into a study, at once and again and again, that a searcher is alive."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(SECONDS_BETWEEN_BEATS):
            with suppress(Exception):  # the searcher itself meets the same, and says it
                study.set_user_attr(_key(searcher), time.time())

    study.set_user_attr(_key(searcher), time.time())
    thread = threading.Thread(target=repeat, daemon=True, name="heartbeat")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(1)
