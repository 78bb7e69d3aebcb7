"""`retrace comment`: what a pull request changes, as the text of its comment."""

from pathlib import Path
from typing import Annotated

import typer

FOLDER = Path(".retrace/pull-request")


def comment(
    base: Annotated[
        str | None,
        typer.Option(help="The branch that it asks to change.", show_default="origin/main"),
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where the comment and its files go.")] = FOLDER,
) -> None:
    """Write a comment for a pull request: the verdict against main, and what changed.

    Holds the workspace, after `retrace repro`, against the tip of the base; what changed is told since
    the branch began. Needs no network. What is missing is named in the text; it never fails the command.

        retrace comment

        retrace comment --base origin/develop --folder comment
    """
    from retrace.tools.pull_request.folder import COMMENT, write_folder
    from retrace.tools.pull_request.gathering import check_place
    from retrace.tools.pull_request.text import comment_here

    check_place()
    text = comment_here(base)
    write_folder(text, folder)
    typer.echo(text.splitlines()[0])
    typer.echo(f"written  {folder / COMMENT}")
