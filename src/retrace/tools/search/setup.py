"""All that a search needs before its first trial, checked: the data, the space, the study."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrace.core.errors import RetraceError
from retrace.core.params import Params
from retrace.tools.repository.cached_parts import bring_up_to_date, load_parts
from retrace.tools.repository.choices import check_choices
from retrace.tools.repository.overrides import current_value
from retrace.tools.repository.stages import Stage, read_stages
from retrace.tools.search.options import Echo, Options
from retrace.tools.search.study.identity import identify
from retrace.tools.search.study.opening import open_study
from retrace.tools.search.study.reading import load_space
from retrace.tools.search.study.spaces import POINTS, Space
from retrace.tools.search.study.studies import OpenStudy, add_baseline
from retrace.tools.search.trials.folds import fold_rows, join
from retrace.tools.search.trials.scoring import Problem


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A search that is ready to begin; ``settings`` are all that it can try, None without an end."""

    problem: Problem
    space: Space
    opened: OpenStudy
    settings: list[dict[str, Any]] | None
    folder: Path


def prepare(options: Options, params: Params, echo: Echo) -> Prepared:
    """Check everything, bring the parts up to date, and open the study.

    Raises
    ------
    RetraceError
        In one line: an option, params.yaml, the space, the pipeline or the study does not do.
    """
    check_choices(params)
    stages = read_stages()
    bring_up_to_date(stages, "retrace search", echo)
    training, validation = load_parts()
    goals = options.all_goals(params, training.task)
    space = load_space(options.space, params, training.kind, training.task)
    problem = Problem(
        params=params, training=training, validation=validation, goals=goals, folds=options.folds
    )
    if problem.folds is not None:
        # Too few rows for them are said before a study is made.
        next(fold_rows(join(training, validation), problem.folds, params.split))
    made_from = identify(_train(stages), space, goals, options.folds)
    opened, folder = open_study(options, problem, space, made_from, echo)
    add_baseline(
        opened, space, space.restrict({name: current_value(params, name) for name in space.names})
    )
    settings = list(space.settings(POINTS)) if options.sampler == "grid" else space.all_settings()
    return Prepared(problem=problem, space=space, opened=opened, settings=settings, folder=folder)


def _train(stages: list[Stage]) -> Stage:
    for stage in stages:
        if stage.name == "train":
            return stage
    raise RetraceError("dvc.yaml has no stage `train`: a search needs to know what it depends on")
