"""`retrace new` makes a project of one's own; `retrace update` brings it to a newer library."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from retrace.core.errors import RetraceError, first_few

if TYPE_CHECKING:
    from retrace.tools.project.looking import Proposal


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is not there yet.")],
    data: Annotated[
        Path | None,
        typer.Option(help="A table, or a folder with a folder of images or texts per class."),
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="With a table: what is to be predicted.")
    ] = None,
    task: Annotated[
        Literal["classification", "regression"] | None,
        typer.Option(help="What the target is; else guessed."),
    ] = None,
    id: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="With a table: what names a row; else guessed.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="What ties rows together, such as a patient.")
    ] = None,
    time: Annotated[str | None, typer.Option(metavar="COLUMN", help="When a row was.")] = None,
    part: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Which part a row must go to.")
    ] = None,
) -> None:
    """Make a project: the pipeline, params and workflows, with this library pinned, in Git and DVC.

    \b
    retrace new demo
    retrace new titanic --data titanic.csv --target Survived
    """
    options = {"target": target, "task": task, "id": id, "group": group, "time": time, "part": part}
    given = {key: value for key, value in options.items() if value is not None}
    if given and data is None:
        raise RetraceError(f"--{next(iter(given))} is about data: give --data too")
    proposal = _look(data, given) if data is not None else None
    from retrace.tools.project.creating import make_project
    from retrace.tools.project.pin import pin_library
    from retrace.tools.project.template import render

    version, pin = pin_library()
    files = render(folder.resolve().name, version, pin)

    def bring_data() -> None:
        if data is not None and proposal is not None:
            _bring(folder, data, proposal)

    make_project(folder, files, version, then=bring_data)
    typer.echo(f"{folder}: a project with retrace-ml {version}; then: cd {folder} && make repro")


def _look(data: Path, given: dict[str, str]) -> "Proposal":
    from retrace.tools.project.looking import look

    proposal = look(data, given, _ask)
    for line in proposal.notes:
        typer.echo(line)
    return proposal


def _ask(columns: Sequence[str], likely: str | None) -> str:
    if sys.stdin.isatty():
        typer.echo(f"columns: {', '.join(columns)}")
        return str(typer.prompt("Which is to be predicted?", default=likely))
    if likely is None:
        raise RetraceError(
            f"no column has a name that says it is to be predicted: give --target COLUMN; columns:"
            f" {first_few(columns, 30)}"
        )
    return likely


def _bring(folder: Path, data: Path, proposal: "Proposal") -> None:
    from retrace.readers import read
    from retrace.tools.project.bringing import bring, name_of
    from retrace.tools.project.creating import commit_all

    name = name_of(data)
    bring(folder, data, name, proposal)
    commit_all(folder, f"Data: {name}")
    chosen = ", ".join(f"{key} {value}" for key, value in proposal.params.items())
    typer.echo(f"params  {chosen}")
    try:
        read(name, folder / "data")
    except RetraceError as problem:
        typer.echo(f"warning: before the first run, {problem}", err=True)
        for line in problem.details:
            typer.echo(f"  {line}", err=True)


def update() -> None:
    """Merge the template of the library that is installed now into the project here, file by file.

    \b
    pip install --upgrade retrace-ml
    retrace update
    """
    from retrace.tools.project import updating
    from retrace.tools.project.pin import pin_library
    from retrace.tools.project.template import render

    base, before = updating.last_template()
    version, pin = pin_library()
    files = render(updating.name_of_project(base), version, pin)
    done = updating.update(base, before, files, version)
    if not done.changed:
        typer.echo(f"nothing to do: the project has the template of retrace-ml {before}")
        return
    typer.echo(f"retrace-ml {before} -> {version}: {len(done.changed)} files changed")
    typer.echo(
        "dvc.lock is of the library before: install requirements-retrace.txt, then `make repro`, and"
        " `retrace verify` makes the model twice"
    )
    if done.conflicts:
        raise RetraceError(
            f"conflicts in {', '.join(done.conflicts)}: mend them, `git add` them, `git commit`;"
            " or `git merge --abort`"
        )
    typer.echo("look with `git diff --cached`, then `git commit`; or `git merge --abort`")
