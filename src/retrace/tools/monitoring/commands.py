"""`retrace drift` and `retrace score`: a model in use, watched."""

from pathlib import Path
from typing import Annotated

import typer

Input = Annotated[str, typer.Argument(metavar="INPUT", help="As of `retrace predict`.")]

Model = Annotated[
    str | None, typer.Option(help="As of `retrace predict`.", show_default="the workspace's")
]


def drift(
    where: Input,
    model: Model = None,
    output: Annotated[Path | None, typer.Option(help="Write a page (.html) of all columns.")] = None,
) -> None:
    """Tell whether new rows, and what the model says of them, are still like the training rows.

    Exit status 3: they are not.

    \b
    retrace drift last_week.csv --model prod --output drift.html
    """
    import tempfile

    from retrace.core.artifacts import save_text
    from retrace.tools.monitoring import NOT_AS_BEFORE
    from retrace.tools.monitoring.drift import find_drift
    from retrace.tools.monitoring.page import as_lines, as_page
    from retrace.tools.prediction.source import find_source

    source = find_source(model)
    with tempfile.TemporaryDirectory(prefix="retrace-") as spool:
        drifts, n_rows = find_drift(source, where, Path(spool))
    if output is not None:
        save_text(as_page(drifts, n_rows, source, where), output)
    typer.echo("\n".join(as_lines(drifts, n_rows)))
    if any(each.drifted for each in drifts):
        raise typer.Exit(NOT_AS_BEFORE)


def score(where: Input, model: Model = None) -> None:
    """Score new rows whose labels have arrived, and hold the metrics against what was promised.

    Labels stand in the column of the target, or are the names of the folders of files. Exit status 3:
    the metric that counts is significantly worse than on the test rows of the model's run.

    \b
    retrace score last_month.csv --model prod
    """
    import tempfile

    from retrace.tools.monitoring import NOT_AS_BEFORE
    from retrace.tools.monitoring.score import WORSE, as_lines, score_input
    from retrace.tools.prediction.source import find_source

    with tempfile.TemporaryDirectory(prefix="retrace-") as spool:
        scored = score_input(find_source(model), where, Path(spool))
    typer.echo("\n".join(as_lines(scored)))
    if scored.verdict == WORSE:
        raise typer.Exit(NOT_AS_BEFORE)
