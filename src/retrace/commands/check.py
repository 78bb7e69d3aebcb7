"""`retrace check`: tell, without any data at hand, whether dvc.lock is true."""

from pathlib import Path
from typing import Annotated, Any

import typer

from retrace.errors import RetraceError
from retrace.params import Params, load_params
from retrace.settings import checked, load_yaml

REMEDY = "run `retrace repro`, then commit dvc.lock, metrics.json and report/report.md"

SECONDS_TO_ANSWER = 20


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
) -> None:
    """Fail, and say why, where dvc.lock is not true for this code, params and environment.

    Needs no data and writes nothing, so it suits CI and Git hooks. What Git keeps of the outputs
    (metrics.json, report/report.md) must be what dvc.lock names.

        retrace check

        retrace check --remote

        retrace check -S model=svm -S models.svm.C=0.1,1
    """
    if overrides:
        _try_overrides(overrides)
        return
    _check_lock()
    if remote:
        _check_remote()


def _try_overrides(overrides: list[str]) -> None:
    from retrace.overrides import models_in, with_overrides

    variants = list(with_overrides(load_yaml(Path("params.yaml")), overrides))
    for values in variants:
        _check_model(checked(Params, values, "params.yaml"))
        for other in models_in(overrides):
            _check_hyperparameters(values, other)
    typer.echo(f"{len(variants)} setting{'s are' if len(variants) > 1 else ' is'} valid")


def _check_lock() -> None:
    from retrace.sources import describe
    from retrace.stages import read_stages
    from retrace.staleness import changed_params, problems

    params = load_params()
    describe(params.data)
    stages = read_stages()
    if any(changed_params(stage) for stage in stages):
        _check_model(params)
    found = [f"{stage.name}: {phrase}" for stage in stages for phrase in problems(stage)]
    _fail_on(found, f"dvc.lock is not true for what is here: {REMEDY}")
    typer.echo(f"dvc.lock is true: {len(stages)} stages, their code, params and environment")


def _check_model(params: Params) -> None:
    """Look at the hyperparameters too, which takes the model's library and so a second more."""
    from retrace.models.registry import build_model
    from retrace.sources import describe

    build_model(params, describe(params.data).kind)


def _check_hyperparameters(values: dict[str, Any], model: str) -> None:
    """Look at a model that another override may choose, on whatever data it takes."""
    from retrace.models.registry import MODELS, build_model

    if model in MODELS:
        train = values["train"] | {"device": "cpu"}
        params = checked(Params, values | {"model": model, "train": train}, "params.yaml")
        build_model(params, MODELS[model].kinds[0])


def _check_remote() -> None:
    from retrace.remote import missing_outputs, reach
    from retrace.stages import open_repository

    with open_repository() as repo:
        store = reach(repo, SECONDS_TO_ANSWER)
        missing = missing_outputs(repo)
    _fail_on(missing, f"not all is on the remote '{store.name}' ({store.url}): run `dvc push`")
    typer.echo(f"all that it names is on the remote '{store.name}' ({store.url})")


def _fail_on(found: list[str], summary: str) -> None:
    if found:
        typer.echo("\n".join(found))
        raise RetraceError(summary)
