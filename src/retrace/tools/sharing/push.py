"""`retrace push`: share data, models and the run-cache through the DVC remote."""

from typing import Annotated

import typer


def push(
    branch: Annotated[
        str | None, typer.Option(help="Whose run-cache is written; else the branch that is checked out.")
    ] = None,
) -> None:
    """Send what the remote lacks of all that dvc.lock names, then the run-cache of this branch.

    Whoever pulls has then what you have, and a run that you made costs them nothing. A push that was cut
    off goes on where it was.

        retrace push
    """
    from retrace.tools.repository.remote import SECONDS_TO_ANSWER, reach
    from retrace.tools.repository.stages import open_repository
    from retrace.tools.sharing.branches import current_branch
    from retrace.tools.sharing.run_cache import FOLDER, send_runs
    from retrace.tools.sharing.transfers import send

    name = current_branch(branch)
    with open_repository(notes=True) as repo:
        remote = reach(repo, SECONDS_TO_ANSWER)
        sent = send(repo)
        typer.echo(
            f"sent {sent.files} files, {_size(sent.size)} to {remote.url}; {sent.there} were there"
        )
        # Last, so that no run is known whose outputs are missing.
        runs, new = send_runs(repo, name)
    typer.echo(f"sent {new} runs to {FOLDER}/{name}; {runs - new} were there")


def _size(size: int) -> str:
    for unit, factor in {"GB": 10**9, "MB": 10**6, "kB": 10**3}.items():
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
