"""`retrace check`: tell, without any data at hand, whether dvc.lock is true."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retrace.core.errors import RetraceError

if TYPE_CHECKING:
    from retrace.core.params import Params
    from retrace.tools.repository.stages import Stage

REMEDY = "run `retrace repro`, then commit dvc.lock, metrics.json and report/report.md"

SECONDS_TO_ANSWER = 20

# What decides whether a model can be built; `train.instructions` or a seed does not.
DECIDE_OVER_MODEL = ("data", "preprocess", "features", "model", "train.device")


def check(
    remote: Annotated[
        bool, typer.Option("--remote", help="Also ask the DVC remote for all that dvc.lock names.")
    ] = False,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set-param",
            "-S",
            metavar="KEY=VALUE",
            help="Only try an override for `dvc exp run`, and name the nearest key or value.",
        ),
    ] = None,
    context: typer.Context = None,  # type: ignore[assignment]  # where no command calls it
) -> None:
    """Fail, and say why, where dvc.lock is not true for this code, params and environment.

    Needs no data and writes nothing, so it suits CI and Git hooks. What Git keeps of the outputs
    (metrics.json, report/report.md) must be what dvc.lock names, and the scripts of notebooks what these
    make.

        retrace check

        retrace check --remote

        retrace check -S model=svm -S models.svm.C=0.1,1
    """
    if overrides:
        _try_overrides(overrides)
        return
    for check_also in context.obj if context else []:
        check_also()
    _check_lock()
    if remote:
        _check_remote()


def _try_overrides(overrides: list[str]) -> None:
    from retrace.core.checked_yaml import load_yaml
    from retrace.core.params import checked_params
    from retrace.tools.repository.choices import check_choices, check_hyperparameters
    from retrace.tools.repository.overrides import models_in, with_overrides

    variants = list(with_overrides(load_yaml(Path("params.yaml")), overrides))
    for values in variants:
        check_choices(checked_params(values, "params.yaml"))
        for model in models_in(overrides):
            check_hyperparameters(values, model)
    typer.echo(f"{len(variants)} setting{'s are' if len(variants) > 1 else ' is'} valid")


def _check_lock() -> None:
    from retrace.core.params import load_params
    from retrace.tools.repository.stages import read_stages
    from retrace.tools.repository.staleness import all_problems
    from retrace.tools.repository.training_record import contradictions

    params = load_params()
    stages = read_stages()
    if problems := all_problems(stages) or contradictions():
        _check_values(params, stages)
        raise RetraceError(f"dvc.lock is not true for what is here: {REMEDY}", details=problems)
    _check_dependencies(stages)
    typer.echo(f"dvc.lock is true: {len(stages)} stages, their code, params and environment")


def _check_dependencies(stages: "list[Stage]") -> None:
    """Refuse a lock that cannot notice a change: of what a stage loads and does not declare."""
    from retrace.tools.dependencies.commands import UNDECLARED, problems
    from retrace.tools.dependencies.judging import judge
    from retrace.tools.repository.declarations import kept

    if undeclared := problems(judge(stages, Path.cwd(), kept=kept(stages, Path.cwd()))):
        raise RetraceError(UNDECLARED, details=undeclared)


def _check_values(params: "Params", stages: "list[Stage]") -> None:
    """Refuse values that cannot run, before they are called stale: those of a true lock did run."""
    from retrace.evaluation.metrics import check_metric
    from retrace.readers import describe
    from retrace.tools.repository.staleness import changed_params

    check_metric(params, describe(params.data).task)
    changed = [phrase for stage in stages for phrase in changed_params(stage)]
    if any(phrase.removeprefix("params.yaml: ").startswith(DECIDE_OVER_MODEL) for phrase in changed):
        # Hyperparameters are known to the models' libraries, which take seconds to load.
        from retrace.tools.repository.choices import check_choices

        check_choices(params)


def _check_remote() -> None:
    from retrace.tools.repository.dvc import open_repository
    from retrace.tools.repository.remote import missing_outputs, reach

    with open_repository() as repo:
        store = reach(repo, SECONDS_TO_ANSWER)
        missing = missing_outputs(repo)
    name = f"the remote '{store.name}' ({store.url})"
    if missing:
        raise RetraceError(f"not all is on {name}: run `dvc push`", details=missing)
    typer.echo(f"all that it names is on {name}")
