"""`retrace queue`: run DVC's experiment queue to its end, and fail where one of them did."""

from typing import Annotated

import typer


def queue(
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="How many run side by side.")] = 1,
) -> None:
    """Run the experiments that `dvc exp run --queue` has queued, and fail where one of them does.

    Names each that failed and its log; those that succeed are kept as DVC experiments. Ctrl-C lets the
    running ones finish, a second one ends them; what still waits runs with the next `retrace queue`.

        dvc exp run --queue -S model=svm -S models.svm.C=0.1,1,10

        retrace queue --jobs 2
    """
    from retrace.tools.running.queued import run_queued

    run_queued(jobs)
