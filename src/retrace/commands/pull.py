"""`retrace pull`: bring data, models and the run-cache from the DVC remote."""

from typing import Annotated

import typer

SECONDS_TO_ANSWER = 10


def pull(
    branch: Annotated[
        str | None, typer.Option(help="Whose run-cache is read; else the branch that is checked out.")
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(help="Before a run in CI: the known runs, and what this branch is compared by."),
    ] = None,
) -> None:
    """Fetch all that dvc.lock names, each file checked by its hash, then the branch's and main's runs.

    On main only main's runs are known: a branch may claim what it likes. `retrace repro --pull` takes
    the outputs of a known run in place of running it.

        retrace pull

        retrace pull --base origin/main    # nothing of what dvc.lock names: the run brings what it needs
    """
    from retrace.errors import RetraceError
    from retrace.remote import reach
    from retrace.sharing.base import fetch_base
    from retrace.sharing.branches import current_branch, readable_branches
    from retrace.sharing.run_cache import fetch_runs
    from retrace.sharing.transfers import fetch
    from retrace.stages import open_repository

    branches = readable_branches(current_branch(branch))
    with open_repository(notes=True) as repo:
        remote = reach(repo, SECONDS_TO_ANSWER)
        if base is None:
            fetched = fetch(repo)
            typer.echo(f"fetched {fetched} files from {remote.url}; all that dvc.lock names is in place")
        else:
            try:
                typer.echo(f"fetched {fetch_base(repo, base)} files of {base} from {remote.url}")
            except RetraceError as problem:
                typer.echo(problem)
        runs = fetch_runs(repo, branches)
    typer.echo(f"{runs} runs of {' and '.join(branches)} are known: `retrace repro --pull` reuses them")
