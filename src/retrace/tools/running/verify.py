"""`retrace verify`: make the model again from nothing, twice, and compare every byte."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from retrace.core.errors import RetraceError


def verify(
    runs: Annotated[int, typer.Option(min=2, help="How many runs to compare.")] = 2,
) -> None:
    """Run the pipeline from nothing in folders of their own, and fail where an output differs.

    The runs are compared with each other, and with dvc.lock: byte by byte where the same hardware and
    versions made it, else by the metrics. The workspace is left alone.
    """
    from retrace.core.params import load_params
    from retrace.tools.running.reruns import (
        compare_runs,
        compare_with_lock,
        copy_workspace,
        hash_seeds,
        rerun,
    )

    params = load_params()
    with tempfile.TemporaryDirectory(prefix="retrace-verify-") as folder:
        made = []
        for number, environment in enumerate(hash_seeds(runs), start=1):
            typer.echo(f"run {number} of {runs}: {params.model} on {params.data}")
            copy = copy_workspace(Path(folder) / f"run-{number}")
            made.append(rerun(copy, environment))
        different = [name for other in made[1:] for name in compare_runs(made[0], other)]
        _fail_on(different, "two runs of the same inputs differ in")
        typer.echo(f"{len(made[0].outputs)} outputs are the same, byte by byte, in {runs} runs")
        different, how = compare_with_lock(made[0])
        _fail_on(different, f"compared {how}, this run differs in")
        typer.echo(f"compared {how}: the same" if "not with" not in how else f"compared {how}")


def _fail_on(different: list[str], what: str) -> None:
    if different:
        raise RetraceError(f"{what} {', '.join(dict.fromkeys(different))}")
