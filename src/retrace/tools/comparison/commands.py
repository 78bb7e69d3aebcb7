"""`retrace compare`: whether a run is better, worse, or nobody can tell."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from retrace.tools.comparison.report import Report

WORSE, NOT_BETTER, NOT_COMPARABLE = 3, 4, 5


class FailOn(StrEnum):
    """When the command shall fail."""

    WORSE = "worse"
    NOT_BETTER = "not-better"


def compare(
    base: Annotated[
        str | None, typer.Argument(help="The run to compare with.", show_default="main")
    ] = None,
    other: Annotated[str, typer.Argument(help="The run to judge.")] = "workspace",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of Markdown.")] = False,
    html: Annotated[Path | None, typer.Option(help="Also write a page that opens offline.")] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(min=0, help="A difference that would not matter: within it, runs are equivalent."),
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="Judge by this metric.", show_default="that of params.yaml")
    ] = None,
    seeds: Annotated[
        bool, typer.Option("--seeds/--no-seeds", help="Use the runs that `retrace seeds` made.")
    ] = True,
    fail_on: Annotated[FailOn | None, typer.Option(help="Exit with a status of its own.")] = None,
) -> None:
    """Say whether a run is better than another, and what differs.

    Both are branches, tags, commits, DVC experiments, or the workspace.

    \b
    retrace compare                       main against the workspace
    retrace compare v1.0 cnn-wide         a tag against an experiment
    retrace compare --tolerance 0.005     is it equivalent, give or take .005?
    retrace compare --fail-on worse       for CI
    retrace compare --html compare.html   with pictures of the rows that changed

    \b
    Exit status:
    0   done (without --fail-on, whatever the verdict)
    1   a mistake, named on standard error
    2   an unknown option
    3   --fail-on worse: the whole 95 % interval lies on the worse side, past the tolerance
    4   --fail-on not-better: the verdict is not "better"
    5   --fail-on: the two cannot be compared
    """  # noqa: D301  \b is typer's mark for lines to keep
    from retrace.core.artifacts import save_text
    from retrace.tools.comparison import report as reports
    from retrace.tools.comparison.pictures import row_pictures
    from retrace.tools.repository.git import default_base

    report = reports.compare(
        base or default_base(), other, metric=metric, tolerance=tolerance, use_seeds=seeds
    )
    typer.echo(reports.to_json(report) if as_json else reports.to_markdown(report).rstrip())
    if html:
        save_text(reports.to_html(report, row_pictures(report)), html)
    raise typer.Exit(_status(report, fail_on, tolerance))


def _status(report: "Report", fail_on: FailOn | None, tolerance: float | None) -> int:
    from retrace.tools.comparison import judging

    if fail_on is None:
        return 0
    if report.judgement.verdict == judging.NOT_COMPARABLE:
        return NOT_COMPARABLE
    if fail_on is FailOn.WORSE:
        return WORSE if judging.is_worse(report.judgement, tolerance) else 0
    return 0 if report.judgement.verdict == "better" else NOT_BETTER
