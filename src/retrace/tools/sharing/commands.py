"""`retrace pull`: bring data, models and the run-cache from the DVC remote."""

from typing import Annotated, Any

import typer


def pull(
    branch: Annotated[
        str | None, typer.Option(help="Whose run-cache is read; else the branch that is checked out.")
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(help="Only the small files that `retrace comment` reads, here and of this branch."),
    ] = None,
) -> None:
    """Fetch all that dvc.lock names, each file checked by its hash, then the branch's and main's runs.

    On main only main's runs are known: a branch may claim what it likes. `retrace repro --pull` takes
    the outputs of a known run in place of running it.

        retrace pull

        retrace pull --base origin/main    # in CI, where `retrace repro --pull` brings the rest
    """
    from retrace.tools.repository.remote import SECONDS_TO_ANSWER, reach
    from retrace.tools.repository.stages import open_repository
    from retrace.tools.sharing.branches import readable_branches
    from retrace.tools.sharing.run_cache import fetch_runs
    from retrace.tools.sharing.transfers import fetch

    branches = readable_branches(branch)
    with open_repository(notes=True) as repo:
        remote = reach(repo, SECONDS_TO_ANSWER)
        if base is not None:
            _bring_for_comment(repo, base)
        else:
            fetched = fetch(repo)
            typer.echo(f"fetched {fetched} files from {remote.url}; all that dvc.lock names is in place")
            runs = fetch_runs(repo, branches)
            names = " and ".join(branches)
            typer.echo(f"{runs} runs of {names} are known: `retrace repro --pull` reuses them")


def _bring_for_comment(repo: Any, base: str) -> None:
    from retrace.core.errors import RetraceError
    from retrace.tools.pull_request.fetching import fetch_base, pull_report

    # Without them the comment says what is missing: this fails nothing.
    for what, bring in {
        base: lambda: fetch_base(repo, base),
        "report/": lambda: pull_report(repo),
    }.items():
        try:
            typer.echo(f"fetched {bring()} files of {what}")
        except RetraceError as problem:
            typer.echo(f"not fetched, {what}: {problem}")
