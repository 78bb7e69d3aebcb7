"""`retrace comment`: what a pull request changes, as the text of its comment."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from retrace.core.errors import RetraceError

FOLDER = Path(".retrace/pull-request")


def comment(
    base: Annotated[
        str | None,
        typer.Option(help="The branch that it asks to change.", show_default="origin/main"),
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where the comment and its files go.")] = FOLDER,
    part: Annotated[
        Literal["validation", "test"],
        typer.Option(help="The rows that decide; each look at the test part is counted."),
    ] = "validation",
    sealed: Annotated[
        bool,
        typer.Option(
            "--sealed",
            help="Also write opened.md, of the test part, for CI to show or not; not counted.",
        ),
    ] = False,
    fetch: Annotated[
        bool,
        typer.Option(
            "--fetch", help="Only bring what it reads: small files of the base and of report/."
        ),
    ] = False,
) -> None:
    """Write a comment for a pull request: the verdict against main, and what changed.

    Holds the workspace, after `retrace repro`, against the tip of the base; what changed is told since
    the branch began. What is missing is named in the text; it never fails the command.

    The validation part decides, push after push, and no score of the test part is shown. --part test
    asks the test part, at a level that allows for the branch's earlier looks, and notes it.

    Only --fetch needs the DVC remote and its keys: it brings what a fresh clone lacks, and ends there.

        retrace comment

        retrace comment --fetch

        retrace comment --base origin/develop --folder comment

        retrace comment --part test
    """
    from retrace.tools.pull_request.folder import COMMENT, LOOK, OPENED, write_folder
    from retrace.tools.pull_request.gathering import check_place
    from retrace.tools.pull_request.text import comment_here
    from retrace.tools.significance.wording import for_terminal

    check_place()
    if fetch:
        return _fetch(base)
    text, _ = comment_here(base, part)
    texts = {COMMENT: text}
    if sealed:
        texts[OPENED], account = comment_here(base, "test", keep=False)
        texts |= {LOOK: f"{account.look.line}\n"} if account else {}
    write_folder(texts, folder)
    typer.echo(for_terminal(text.splitlines()[0]))
    typer.echo(f"written  {folder / COMMENT}")
    return None


def _fetch(base: str | None) -> None:
    from retrace.tools.pull_request.gathering import base_tree
    from retrace.tools.repository.dvc import open_repository
    from retrace.tools.repository.remote import SECONDS_TO_ANSWER, reach
    from retrace.tools.repository.report_files import fetch_base, pull_report

    with open_repository(notes=True) as repo:
        reach(repo, SECONDS_TO_ANSWER)
        _bring(_name(base), lambda: fetch_base(repo, base_tree(base).commit))
        _bring("report/", lambda: pull_report(repo))


def _name(base: str | None) -> str:
    """Name the base as the comment does: of a remote, where the clone's own branch is another."""
    from retrace.tools.pull_request.gathering import base_tree

    try:
        return base_tree(base).name
    except RetraceError:
        return base or "main"


def _bring(what: str, bring: Callable[[], int]) -> None:
    try:
        typer.echo(f"fetched {bring()} files of {what}")
    except RetraceError as problem:  # without them the comment says what is missing
        typer.echo(f"not fetched, {what}: {problem}")
