"""`retrace submit`: the pipeline, or DVC's queue of experiments, as jobs of SLURM."""

from pathlib import Path
from typing import Annotated

import typer

from retrace.core.errors import RetraceError


def submit(
    queue: Annotated[
        bool, typer.Option("--queue", help="The experiments of DVC's queue, each a job of its own.")
    ] = False,
    resources: Annotated[
        Path, typer.Option(help="What each stage asks for.", show_default="resources.yaml")
    ] = Path("resources.yaml"),
) -> None:
    """Run the pipeline as jobs of SLURM, one for each stage, and wait for them.

    Says what became of each, fails where one fails and names its log; Ctrl-C cancels what has not ended.
    This folder must be one that the nodes see too.

    \b
    retrace submit                              the stages of `retrace repro`, one after the other
    retrace submit --queue                      the experiments that `dvc exp run --queue` has queued
    retrace submit --resources our-cluster.yaml
    """
    from retrace.tools.repository.resources import FILE, read_resources
    from retrace.tools.repository.stages import run_order
    from retrace.tools.submission.submitting import submit_queue, submit_stages

    if resources != FILE and not resources.is_file():
        raise RetraceError(f"{resources} is not here: write it, or leave --resources out")
    stages = run_order()
    asked = read_resources(resources, stages)
    typer.echo(submit_queue(asked) if queue else submit_stages(stages, asked))
