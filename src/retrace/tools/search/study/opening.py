"""The study of a search: the one that is there, or a new one; never one of other data or code."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrace.core.errors import ParamsError, RetraceError
from retrace.tools.search.study.identity import differences, identity_hash
from retrace.tools.search.study.reading import SPACES
from retrace.tools.search.study.searchers import this_searcher
from retrace.tools.search.study.spaces import Space
from retrace.tools.search.study.studies import RESULTS, OpenStudy, describe_study
from retrace.tools.search.trials.scoring import Task, lower_is_better

if TYPE_CHECKING:
    from optuna.study import Study

JOURNAL = "study.journal"

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """The options of `retrace search`."""

    trials: int = 30
    seconds: float | None = None
    folds: int | None = None
    seed: int = 0
    metric: str | None = None
    goals: tuple[str, ...] = ()
    sampler: str = "tpe"
    pruner: str = "median"
    space: Path = SPACES
    study: str | None = None
    storage: str | None = None


def open_study(
    wishes: Wishes, task: Task, space: Space, made_from: dict[str, Any], say: Say
) -> tuple[OpenStudy, Path]:
    """Open the study that the options name, or that belongs to what its trials are made from.

    Parameters
    ----------
    wishes : Wishes
    task : Task
    space : Space
    made_from : dict
        From `retrace.tools.search.study.identity.identify`.
    say : callable
        Is given lines for the user.

    Returns
    -------
    opened : OpenStudy
    folder : Path
        For its results.

    Raises
    ------
    RetraceError
        Its trials are of something else, or its storage fails.
    """
    import optuna
    from optuna.storages import get_storage
    from optuna.study import StudyDirection

    from retrace.tools.search.study.samplers import make_pruner, make_sampler
    from retrace.tools.search.study.storages import open_storage

    identity = identity_hash(made_from)
    name = wishes.study or f"{task.params.data}-{task.params.model}-{identity[:8]}"
    if not re.fullmatch(r"[\w][\w.-]*", name):
        raise ParamsError(f"--study: got '{name}', should be letters, digits, '-', '_' and '.'")
    folder = RESULTS / name
    directions = ["minimize" if lower_is_better(goal) else "maximize" for goal in task.goals]
    sampler = make_sampler(wishes.sampler, space, wishes.seed, len(task.goals))
    pruner = make_pruner(wishes.pruner, _steps(task, space), task.folds)
    # What Optuna would wrap around a database by itself, and all must use: it remembers finished trials.
    storage = get_storage(open_storage(wishes.storage or str(folder / JOURNAL)))
    study = optuna.create_study(
        study_name=name,
        storage=storage,
        sampler=sampler,
        pruner=pruner,
        directions=[StudyDirection[direction.upper()] for direction in directions],
        load_if_exists=True,
    )
    told = study.user_attrs
    if "identity" not in told:
        if wishes.study is None:
            _say_what_is_new(name, task, made_from, say)
    elif told["identity"] != identity:
        raise _other_identity(study, made_from)
    describe_study(study, _about(wishes, task, space, made_from, directions, told))
    study_id = storage.get_study_id_from_name(name)
    return OpenStudy(study, storage, study_id, this_searcher(), identity), folder


def _about(
    wishes: Wishes,
    task: Task,
    space: Space,
    made_from: dict[str, Any],
    directions: list[str],
    told: dict[str, Any],
) -> dict[str, Any]:
    """Return what the study should say of itself and does not say yet."""
    about = {
        "model": task.params.model,
        "data": task.params.data,
        "metrics": list(task.goals),
        "directions": directions,
        "folds": task.folds,
        "space": space.text,
        "seed": told.get("seed", wishes.seed),
        "made_from": made_from,
        "identity": identity_hash(made_from),
    }
    return {name: value for name, value in about.items() if name not in told or told[name] != value}


def _steps(task: Task, space: Space) -> int:
    """Return how often a trial reports at most."""
    if task.folds is not None:
        return task.folds
    own = task.params.hyperparameters
    name = f"models.{task.params.model}.epochs"
    ends = [each.high or max(each.choices) for each in space.parameters if each.name == name]
    return int(max([own.get("epochs", 0), *ends]))


def _other_identity(study: "Study", made_from: dict[str, Any]) -> RetraceError:
    changed = differences(study.user_attrs["made_from"], made_from)
    return RetraceError(
        f"study '{study.study_name}' holds trials of something else: {'; '.join(changed)}. Give a new"
        f" name, such as --study {_next_name(study.study_name)}, or none, or undo the change"
    )


def _next_name(name: str) -> str:
    found = re.fullmatch(r"(.+)-(\d{1,3})", name)
    return f"{found[1]}-{int(found[2]) + 1}" if found else f"{name}-2"


def _say_what_is_new(name: str, task: Task, made_from: dict[str, Any], say: Say) -> None:
    """Tell why the trials of an earlier study of this data and model do not count any more."""
    from optuna import load_study

    from retrace.tools.search.study.storages import open_storage

    others = [
        path
        for path in RESULTS.glob(f"{task.params.data}-{task.params.model}-*/{JOURNAL}")
        if path.parent.name != name
    ]
    if not others:
        return
    newest = max(others, key=lambda path: path.stat().st_mtime)
    try:
        study = load_study(study_name=newest.parent.name, storage=open_storage(str(newest)))
        changed = differences(study.user_attrs["made_from"], made_from)
    except (KeyError, RetraceError):
        return
    say(f"a new study, because since {study.study_name}: {'; '.join(changed)}")
