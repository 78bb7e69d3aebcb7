"""`retrace stage`: notebooks as stages of the pipeline."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from retrace.core.errors import RetraceError


def stage(
    action: Annotated[
        Literal["add", "sync", "check"],
        typer.Argument(
            help="add: a stage of a notebook; sync: scripts of changed notebooks, made again; check:"
            " whether that is needed."
        ),
    ],
    notebooks: Annotated[
        list[Path] | None,
        typer.Argument(help="A .ipynb, or a .py with `# %%` cells; of sync: all.", show_default=False),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Of the stage to add, if not the notebook's.", show_default=False)
    ] = None,
    chosen: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=PATH", help="Another path of an input or output, for this stage."
        ),
    ] = None,
    html: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Let the stage run the notebook itself, and keep it as this page."
        ),
    ] = None,
) -> None:
    """Make a script and a stage of a notebook, which stays their source.

    The script src/<notebook>.py takes inputs, outputs and parameters as arguments; dvc.yaml gets a stage
    that runs it, params.yaml the values under notebooks.<notebook>. The cell with the tag `parameters`
    and the docstring of the first cell say what they are (docs/notebooks.md).

    \b
    retrace stage add notebooks/classify.ipynb
    retrace stage add notebooks/evaluate.ipynb --name evaluate_train --set texts=data/train.csv
    retrace stage sync
    """
    if action != "add" and (name or chosen or html):
        raise RetraceError(f"--name, --set and --html are for `retrace stage add`, not for {action}")
    if action == "check":
        _check(notebooks or [])
        return
    from retrace.tools.notebooks.making import add_stage, sync

    if action == "sync":
        changes = sync(notebooks or [])
    else:
        changes = add_stage(_only(notebooks), name=name, chosen=_pairs(chosen or []), page=html)
    changes.write()
    for line in changes.said or ["every script is what its notebook makes"]:
        typer.echo(line)


def _check(notebooks: list[Path]) -> None:
    from retrace.tools.notebooks.checking import check_notebooks

    if notebooks:
        raise RetraceError("`retrace stage check` looks at all notebooks: name none")
    check_notebooks()
    typer.echo("every script is what its notebook makes")


def _only(notebooks: list[Path] | None) -> Path:
    if not notebooks or len(notebooks) > 1:
        got = f"{len(notebooks)}" if notebooks else "none"
        raise RetraceError(f"`retrace stage add` takes one notebook, got {got}")
    return notebooks[0]


def _pairs(chosen: list[str]) -> dict[str, str]:
    from retrace.tools.notebooks.arguments import path_from_root

    pairs = [each.partition("=") for each in chosen]
    for name, equals, path in pairs:
        if not (name and equals and path):
            raise RetraceError(f"--set {name}{equals}{path}: should be NAME=PATH")
    return {name.replace("-", "_"): path_from_root(path) for name, _, path in pairs}
