"""`retrace deps`: hold what stages load against what dvc.yaml declares."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retrace.core.errors import RetraceError, first_few

if TYPE_CHECKING:
    from retrace.tools.dependencies.judging import Verdict

REMEDY = "`retrace deps --write` mends dvc.yaml; a comment `# keep` behind a dependency lets it stand"

UNDECLARED = f"dvc.yaml does not declare what its stages load: {REMEDY}"


def deps(
    write: Annotated[
        bool, typer.Option("--write", help="Change dvc.yaml; its comments and order stay.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Fail where dvc.yaml should change.")] = False,
    traced: Annotated[
        bool,
        typer.Option("--traced", help="Also run each stage in a copy, and see which files it opens."),
    ] = False,
) -> None:
    """Hold what each stage's code imports and reads of params against what dvc.yaml declares.

    Imports are followed through all files of the project, of any dvc.yaml: of `python file.py`,
    `python -m`, console scripts, shell scripts and notebooks; under foreach, matrix, wdir and vars. No
    stage runs, unless traced.

        retrace deps

        retrace deps --write
    """
    from retrace.tools.dependencies.judging import judge
    from retrace.tools.repository.declarations import kept
    from retrace.tools.repository.stages import read_stages

    if write and check:
        raise RetraceError("--write changes dvc.yaml and --check never does: choose one")
    root = Path.cwd()
    stages = read_stages()
    verdicts = judge(stages, root, kept=kept(stages, root))
    if traced:
        from retrace.tools.dependencies.traced import with_traces

        verdicts = with_traces(verdicts, stages, root, say=typer.echo)
    _say_unseen(verdicts)
    if write:
        _mend(verdicts, root)
        return
    undeclared = problems(verdicts)
    if undeclared and check:
        raise RetraceError(UNDECLARED, details=undeclared)
    for line in undeclared:
        typer.echo(line)
    typer.echo(REMEDY if undeclared else _all_well(verdicts))


def problems(verdicts: "list[Verdict]") -> list[str]:
    """Return a line for each thing that dvc.yaml should have otherwise; of several stages, one."""
    sharing: dict[str, list[str]] = {}
    for verdict in verdicts:
        phrases = [f"{name} is loaded and no dependency" for name in verdict.missing]
        phrases += [f"{name} is a dependency of which nothing is loaded" for name in verdict.unused]
        phrases += [f"{name} is read and not declared" for name in verdict.keys]
        for phrase in phrases:
            sharing.setdefault(phrase, []).append(verdict.name)
    return [f"{', '.join(names)}: {phrase}" for phrase, names in sharing.items()]


def _mend(verdicts: "list[Verdict]", root: Path) -> None:
    from retrace.tools.dependencies.mending import mend

    mended = mend(verdicts, root)
    for line in mended.written:
        typer.echo(line)
    for line in mended.left:
        typer.echo(f"not written: {line}")
    typer.echo(
        "dvc.yaml was changed: `dvc repro` runs what that touches"
        if mended.written
        else _all_well(verdicts)
    )


def _say_unseen(verdicts: "list[Verdict]") -> None:
    if places := dict.fromkeys(place for verdict in verdicts for place in verdict.unseen):
        where = first_few(list(places))
        typer.echo(f"note: all params are handed on at {where}: keys read past there are not seen")


def _all_well(verdicts: "list[Verdict]") -> str:
    looked_at = [verdict for verdict in verdicts if verdict.loads]
    others = len(verdicts) - len(looked_at)
    files = len({name for verdict in looked_at for name in verdict.loads})
    rest = f"; {others} start nothing of the project" if others else ""
    return f"dvc.yaml declares the {files} files that {len(looked_at)} stages load{rest}"
