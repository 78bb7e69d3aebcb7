"""`retrace check`: tell, without any data at hand, whether dvc.lock is true."""

from typing import Annotated

import typer

from retrace.errors import RetraceError
from retrace.params import load_params

REMEDY = "run `retrace repro`, then commit dvc.lock, metrics.json and report/report.md"

SECONDS = 20


def check(
    remote: Annotated[
        bool, typer.Option("--remote", help="Also ask the DVC remote for all that dvc.lock names.")
    ] = False,
) -> None:
    """Fail, and say why, where dvc.lock is not true for this code, params and environment.

    Needs no data and writes nothing, so it suits CI and Git hooks. Outputs in Git (metrics.json,
    report/report.md) must be those of dvc.lock.

        retrace check

        retrace check --remote
    """
    from retrace.sources import describe
    from retrace.stages import read_stages
    from retrace.staleness import problems

    describe(load_params().data)
    stages = read_stages()
    found = [f"{stage.name}: {phrase}" for stage in stages for phrase in problems(stage)]
    _fail_on(found, f"dvc.lock is not true for what is here: {REMEDY}")
    typer.echo(f"dvc.lock is true: {len(stages)} stages, their code, params and environment")
    if remote:
        _check_remote()


def _check_remote() -> None:
    from retrace.remote import missing_outputs, reach
    from retrace.stages import open_repository

    with open_repository() as repo:
        store = reach(repo, SECONDS)
        missing = missing_outputs(repo)
    _fail_on(missing, f"not all is on the remote '{store.name}' ({store.url}): run `dvc push`")
    typer.echo(f"all that it names is on the remote '{store.name}' ({store.url})")


def _fail_on(found: list[str], summary: str) -> None:
    if found:
        typer.echo("\n".join(found))
        raise RetraceError(summary)
