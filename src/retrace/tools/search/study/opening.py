"""The study of a search: the one that is there, or a new one; never one of other data or code."""

import re
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import get_storage
from optuna.study import Study

from retrace.core.errors import RetraceError
from retrace.tools.search.options import Echo, Options
from retrace.tools.search.study.identity import differences, identity_hash
from retrace.tools.search.study.samplers import make_pruner, make_sampler
from retrace.tools.search.study.searchers import this_searcher
from retrace.tools.search.study.spaces import Space
from retrace.tools.search.study.storages import open_storage
from retrace.tools.search.study.studies import RESULTS, OpenStudy
from retrace.tools.search.trials.scoring import Problem, lower_is_better

JOURNAL = "study.journal"


def open_study(
    options: Options, problem: Problem, space: Space, made_from: dict[str, Any], echo: Echo
) -> tuple[OpenStudy, Path]:
    """Open the study that the options name, or that belongs to what its trials are made from.

    Parameters
    ----------
    made_from : dict
        From `retrace.tools.search.study.identity.identify`.

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
    identity, params = identity_hash(made_from), problem.params
    name = options.study or f"{params.data}-{params.model}-{identity[:8]}"
    folder = RESULTS / name
    # What Optuna would wrap around a database by itself, and all must use: it remembers finished trials.
    storage = get_storage(open_storage(options.storage or str(folder / JOURNAL)))
    study = optuna.create_study(
        study_name=name,
        storage=storage,
        sampler=make_sampler(options.sampler, space, options.seed),
        pruner=make_pruner(options.pruner, _steps(problem, space), problem.folds),
        directions=["minimize" if lower_is_better(goal) else "maximize" for goal in problem.goals],
        load_if_exists=True,
    )
    if "identity" not in study.user_attrs:
        if options.study is None:
            _echo_what_is_new(name, problem, made_from, echo)
    elif study.user_attrs["identity"] != identity:
        raise _other_identity(study, made_from)
    _describe(study, problem, made_from, options.seed)
    study_id = storage.get_study_id_from_name(name)
    return OpenStudy(study, storage, study_id, this_searcher(), identity), folder


def _describe(study: Study, problem: Problem, made_from: dict[str, Any], seed: int) -> None:
    """Let a study tell what it is about; its identity last, as the mark of a whole description."""
    told = study.user_attrs
    description = {
        "model": problem.params.model,
        "data": problem.params.data,
        "metrics": list(problem.goals),
        "folds": problem.folds,
        "seed": told.get("seed", seed),
        "made_from": made_from,
        "identity": identity_hash(made_from),
    }
    for name, value in description.items():
        if name not in told or told[name] != value:
            study.set_user_attr(name, value)


def _steps(problem: Problem, space: Space) -> int:
    """Return how often a trial reports at most."""
    if problem.folds is not None:
        return problem.folds
    name = f"models.{problem.params.model}.epochs"
    searched = [end for each in space.parameters if each.name == name for end in each.values(2)]
    return int(max([problem.params.hyperparameters.get("epochs", 0), *searched]))


def _other_identity(study: Study, made_from: dict[str, Any]) -> RetraceError:
    changed = differences(study.user_attrs["made_from"], made_from)
    return RetraceError(
        f"study '{study.study_name}' holds trials of something else: {'; '.join(changed)}. Give a new"
        f" name, such as --study {_next_name(study.study_name)}, or none, or undo the change"
    )


def _next_name(name: str) -> str:
    counted = re.fullmatch(r"(.+)-(\d{1,3})", name)
    return f"{counted[1]}-{int(counted[2]) + 1}" if counted else f"{name}-2"


def _echo_what_is_new(name: str, problem: Problem, made_from: dict[str, Any], echo: Echo) -> None:
    """Tell why the trials of an earlier study of this data and model do not count any more."""
    journals = RESULTS.glob(f"{problem.params.data}-{problem.params.model}-*/{JOURNAL}")
    others = [path for path in journals if path.parent.name != name]
    if not others:
        return
    newest = max(others, key=lambda path: path.stat().st_mtime)
    try:
        study = optuna.load_study(study_name=newest.parent.name, storage=open_storage(str(newest)))
        changed = differences(study.user_attrs["made_from"], made_from)
    except (KeyError, RetraceError):
        return
    echo(f"a new study, because since {study.study_name}: {'; '.join(changed)}")
