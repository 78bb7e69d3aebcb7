"""All that a search needs before its first trial, checked: the data, the space, the study."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
import typer
from optuna.storages import get_storage

from retrace.core.errors import RetraceError
from retrace.core.params import Params
from retrace.tools.repository.cached_parts import bring_up_to_date, load_parts
from retrace.tools.repository.choices import check_choices
from retrace.tools.repository.overrides import current_value
from retrace.tools.repository.stages import Stage, read_stages
from retrace.tools.search.options import Options
from retrace.tools.search.study.identity import differences, identify, identity_hash
from retrace.tools.search.study.reading import load_space
from retrace.tools.search.study.samplers import make_pruner, make_sampler
from retrace.tools.search.study.spaces import Space
from retrace.tools.search.study.storages import open_storage
from retrace.tools.search.study.studies import OpenStudy, add_baseline, this_searcher
from retrace.tools.search.trials.evaluating import Evaluator, LocalEvaluator, Objective
from retrace.tools.search.trials.folds import fold_rows, join
from retrace.tools.search.trials.scoring import Problem, lower_is_better

RESULTS = Path("hpo/results")
JOURNAL = "study.journal"


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A search that is ready to begin; ``settings`` are all that it can try, None without an end."""

    options: Options
    problem: Problem
    space: Space
    opened: OpenStudy
    settings: dict[str, dict[str, Any]] | None

    @property
    def folder(self) -> Path:
        """Of its results."""
        return RESULTS / self.opened.study.study_name

    def evaluator(self, objective: Objective) -> Evaluator:
        """Make what computes trials: this process, or Dask's workers."""
        jobs, address = self.options.jobs, self.options.cluster
        if jobs == 1 and address is None:
            return LocalEvaluator(objective)
        from retrace.tools.search.cluster.evaluator import ClusterEvaluator

        gpu = self.problem.params.train.device == "cuda"
        return ClusterEvaluator(objective, jobs=jobs, address=address, gpu=gpu)


def prepare(options: Options, params: Params) -> Prepared:
    """Check everything, bring the parts up to date, and open the study.

    Raises
    ------
    RetraceError
        In one line: an option, params.yaml, the space, the pipeline or the study does not do.
    """
    check_choices(params)
    stages = read_stages()
    bring_up_to_date(stages, "retrace search", typer.echo)
    training, validation = load_parts()
    goals = options.all_goals(params, training.task)
    space = load_space(options.space, params, training.kind, training.task)
    problem = Problem(
        params=params, training=training, validation=validation, goals=goals, folds=options.folds
    )
    if problem.folds is not None:
        # Too few rows for them are said before a study is made.
        next(fold_rows(join(training, validation), problem.folds, params.split))
    opened = _open_study(options, problem, space, identify(_train(stages), space, goals, options.folds))
    add_baseline(opened, space, space.choose(lambda each: current_value(params, each.name)))
    settings = space.grid(options.seed) if options.sampler == "grid" else space.all_settings()
    return Prepared(options=options, problem=problem, space=space, opened=opened, settings=settings)


def _train(stages: list[Stage]) -> Stage:
    for stage in stages:
        if stage.name == "train":
            return stage
    raise RetraceError("dvc.yaml has no stage `train`: a search needs to know what it depends on")


def _open_study(
    options: Options, problem: Problem, space: Space, made_from: dict[str, Any]
) -> OpenStudy:
    """Open the study that the options name, or that belongs to what its trials are made from."""
    identity, params = identity_hash(made_from), problem.params
    name = options.study or f"{params.data}-{params.model}-{identity[:8]}"
    # What Optuna would wrap around a database by itself, and all must use: it remembers finished trials.
    storage = get_storage(open_storage(options.storage or str(RESULTS / name / JOURNAL)))
    study = optuna.create_study(
        study_name=name,
        storage=storage,
        sampler=make_sampler(options.sampler, space, options.seed),
        pruner=make_pruner(options.pruner, _steps(problem, space), problem.folds),
        directions=["minimize" if lower_is_better(goal) else "maximize" for goal in problem.goals],
        load_if_exists=True,
    )
    told = study.user_attrs
    if "identity" not in told:
        if options.study is None:
            _echo_what_is_new(name, params, made_from)
    elif told["identity"] != identity:
        changed = "; ".join(differences(told["made_from"], made_from))
        raise RetraceError(
            f"study '{name}' holds trials of something else: {changed}. Give a new name, such as"
            f" --study {name}-2, or none, or undo the change"
        )
    description = {
        "model": params.model,
        "data": params.data,
        "metrics": list(problem.goals),
        "folds": problem.folds,
        "seed": told.get("seed", options.seed),
        "made_from": made_from,
        "identity": identity,  # last, as the mark of a whole description
    }
    for key, value in description.items():
        if key not in told or told[key] != value:
            study.set_user_attr(key, value)
    study_id = storage.get_study_id_from_name(name)
    return OpenStudy(study, storage, study_id, this_searcher(), identity)


def _steps(problem: Problem, space: Space) -> int:
    """Return how often a trial reports at most."""
    if problem.folds is not None:
        return problem.folds
    name = f"models.{problem.params.model}.epochs"
    searched = [end for each in space.parameters if each.name == name for end in each.values(2)]
    return int(max([problem.params.hyperparameters.get("epochs", 0), *searched]))


def _echo_what_is_new(name: str, params: Params, made_from: dict[str, Any]) -> None:
    """Tell why the trials of an earlier study of this data and model do not count any more."""
    journals = RESULTS.glob(f"{params.data}-{params.model}-*/{JOURNAL}")
    others = [path for path in journals if path.parent.name != name]
    if not others:
        return
    newest = max(others, key=lambda path: path.stat().st_mtime)
    try:
        study = optuna.load_study(study_name=newest.parent.name, storage=open_storage(str(newest)))
        changed = differences(study.user_attrs["made_from"], made_from)
    except (KeyError, RetraceError):
        return
    typer.echo(f"a new study, because since {study.study_name}: {'; '.join(changed)}")
