"""`retrace dashboard`: every branch, tag and experiment of this clone on one page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from retrace.tools.dashboard.runs import Run

PAGE = Path("report/experiments.html")


def dashboard(
    base: Annotated[
        str | None,
        typer.Option(
            help="Judge against this branch, tag, commit or experiment; default: main, or HEAD where"
            " more runs have its validation rows."
        ),
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="Rank by this metric; default: the one in the base's params.yaml.")
    ] = None,
    output: Annotated[Path, typer.Option(help="Where to write the page.")] = PAGE,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Write report/experiments.html: all runs in a table that sorts and filters, with curves.

    Runs are ranked and judged on the validation part only, corrected for how many they are. The page is
    one file that needs no server and loads nothing.

    Examples
    --------
        retrace dashboard --open

        retrace dashboard --base my-branch --metric f1_macro
    """
    from retrace.core.artifacts import save_text
    from retrace.tools.dashboard.choosing import find_base, ranking_metric
    from retrace.tools.dashboard.gathering import gather_runs
    from retrace.tools.dashboard.page import contents, render, vega_library
    from retrace.tools.dashboard.ranking import judge, with_metric

    runs = gather_runs()
    ranking = ranking_metric(runs, find_base(runs, base), metric)
    runs = with_metric(runs, ranking)
    against = find_base(runs, base)
    judged = judge(runs, against, ranking)
    save_text(render(contents(runs, judged, against, ranking), vega_library()), output)
    typer.echo(_summary(runs, against, output))
    if show:
        import webbrowser

        webbrowser.open(output.absolute().as_uri())


def _summary(runs: list["Run"], against: "Run", output: Path) -> str:
    experiments = sum(bool(run.experiment or run.same_experiments) for run in runs)
    unscored = sum(not run.has_scores for run in runs)
    n_runs = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    lines = [f"{n_runs}, {experiments} of them experiments: {output}"]
    lines.append(f"judged against {against.label}; --base names another")
    if unscored:
        lines.append(f"{unscored} without validation scores; the page says why")
    if not experiments:
        lines.append("no experiments yet: `dvc exp run --set-param seed=1` makes one")
    return "\n".join(lines)
