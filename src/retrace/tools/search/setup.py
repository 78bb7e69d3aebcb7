"""All that a search needs before its first trial, checked: the data, the space, the study."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrace.core.errors import ParamsError, RetraceError, did_you_mean
from retrace.core.params import Params, load_params
from retrace.core.records import Task as Kind
from retrace.evaluation.metrics import metric_names
from retrace.tools.repository.choices import check_choices
from retrace.tools.repository.overrides import current_value
from retrace.tools.repository.stages import Stage, read_stages
from retrace.tools.search.parts import bring_up_to_date, load_parts
from retrace.tools.search.running import Limits
from retrace.tools.search.study.identity import identify
from retrace.tools.search.study.opening import Say, Wishes, open_study
from retrace.tools.search.study.reading import load_space
from retrace.tools.search.study.spaces import POINTS, Space
from retrace.tools.search.study.studies import OpenStudy, add_baseline
from retrace.tools.search.trials.folds import fold_rows, join
from retrace.tools.search.trials.scoring import COSTS, Task

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A search that is ready to begin.

    Attributes
    ----------
    task : Task
    space : Space
    opened : OpenStudy
    limits : Limits
    folder : Path
        Where its results go.
    """

    task: Task
    space: Space
    opened: OpenStudy
    limits: Limits
    folder: Path


def prepare(wishes: Wishes, say: Say) -> Prepared:
    """Check everything, bring the parts up to date, and open the study.

    Parameters
    ----------
    wishes : Wishes
    say : callable
        Is given lines for the user.

    Raises
    ------
    RetraceError
        In one line: an option, params.yaml, the space, the pipeline or the study does not do.
    """
    params = load_params()
    check_choices(params)
    stages = read_stages()
    bring_up_to_date(stages, say)
    training, validation = load_parts()
    goals = _goals(wishes, params, training.task)
    space = load_space(wishes.space, params, training.kind, training.task)
    task = Task(params=params, training=training, validation=validation, goals=goals, folds=wishes.folds)
    if task.folds is not None:
        # Too few rows for them are said before a study is made.
        next(fold_rows(join(training, validation), task.folds, params.split))
    made_from = identify(_train(stages), space, goals, wishes.folds)
    opened, folder = open_study(wishes, task, space, made_from, say)
    add_baseline(opened, space, _baseline(space, params))
    settings = list(space.settings(POINTS)) if wishes.sampler == "grid" else space.all_settings()
    limits = Limits(trials=wishes.trials, seconds=wishes.seconds, settings=settings)
    return Prepared(task=task, space=space, opened=opened, limits=limits, folder=folder)


def check_installed() -> None:
    """Refuse to search where Optuna is not installed.

    Raises
    ------
    RetraceError
        Saying what to install.
    """
    try:
        import optuna
    except ModuleNotFoundError as error:
        raise RetraceError(
            "retrace search needs Optuna: run `pip install -r requirements-hpo.txt`"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def _goals(wishes: Wishes, params: Params, kind: Kind) -> tuple[str, ...]:
    goals = (wishes.metric or params.metric, *wishes.goals)
    for goal in goals:
        allowed = [*metric_names(kind), *(COSTS if goal is not goals[0] else ())]
        if goal not in allowed:
            option = "--metric" if goal is goals[0] else "--goals"
            raise ParamsError(
                f"{option}: got '{goal}'{did_you_mean(goal, allowed)}; allowed for a {kind}:"
                f" {', '.join(allowed)}"
            )
    if len(set(goals)) < len(goals):
        raise ParamsError(f"--goals: got {', '.join(goals)} (the metric is the first): name each once")
    return goals


def _train(stages: list[Stage]) -> Stage:
    for stage in stages:
        if stage.name == "train":
            return stage
    raise RetraceError("dvc.yaml has no stage `train`: a search needs to know what it depends on")


def _baseline(space: Space, params: Params) -> dict[str, Any]:
    return space.restrict({name: current_value(params, name) for name in space.names})
