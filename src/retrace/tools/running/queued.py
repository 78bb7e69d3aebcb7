"""The experiments that wait in DVC's queue, run to the last one while a person watches."""

import time
from collections.abc import Set
from typing import Any

import typer

from retrace.core.errors import RetraceError
from retrace.core.params import load_params
from retrace.evaluation.intervals import number_text
from retrace.evaluation.metrics import LOWER_IS_BETTER
from retrace.tools.repository.dvc import open_repository
from retrace.tools.repository.experiment_queue import (
    Task,
    explain_failures,
    follow,
    forget_orders,
    has_workers,
    interrupt,
    progress,
    read_queue,
    select,
    start_workers,
    stop_workers,
)
from retrace.tools.repository.experiments import validation_scores
from retrace.tools.repository.putting_aside import check_keeps_experiments
from retrace.tools.repository.queue_recovery import left_behind, queue_again

EMPTY = "the queue is empty: fill it with `dvc exp run --queue -S models.svm.C=1,10 -S model=svm`"


def run_queued(jobs: int) -> None:
    """Run what waits, say how far it is, and raise where an experiment failed or still waits.

    Parameters
    ----------
    jobs : int
        How many run side by side.

    Raises
    ------
    RetraceError
        An experiment failed, or Ctrl-C left some waiting; the details name the logs. Or the clone is
        shallow.
    """
    check_keeps_experiments()
    with open_repository(notes=True) as repo:
        ignored = _prepare(repo)
        if not (waiting := _own(repo, ignored)):
            typer.echo(EMPTY)
            return
        start = time.monotonic()
        typer.echo(f"{len(waiting)} to run, {jobs} at a time")
        start_workers(jobs)
        tasks = _run(repo, jobs, ignored)
        lines = explain_failures(tasks, repo.experiments.celery_queue.wdir)
    typer.echo(f"took {time.monotonic() - start:.0f} s")
    _conclude(tasks, lines)


def _prepare(repo: Any) -> set[str]:
    """Return the keys of tasks that are of earlier runs."""
    tasks = read_queue(repo)
    over = [*select(tasks, "done"), *select(tasks, "failed")]
    if not has_workers(repo):
        forget_orders(repo)
        if lost := left_behind(repo):
            queue_again(repo, lost)
            names = ", ".join(task.name for task in lost)
            typer.echo(f"{names}: ended with the machine or the workers, and queued again")
    return {task.key for task in over}


def _own(repo: Any, ignored: Set[str]) -> list[Task]:
    return [task for task in read_queue(repo) if task.key not in ignored]


def _run(repo: Any, jobs: int, ignored: Set[str]) -> list[Task]:
    tasks: list[Task] = []
    said = ""
    try:
        for tasks in follow(repo, jobs, ignored):
            if (line := progress(tasks)) != said:
                typer.echo(said := line)
    except KeyboardInterrupt:
        return _stop(repo, ignored)
    stop_workers(repo)  # else they wait ten seconds for more
    return tasks


def _stop(repo: Any, ignored: Set[str]) -> list[Task]:
    """End the workers; whoever interrupts us a second time wants the running tasks ended too."""
    typer.echo("\nstopping when the running ones are finished; Ctrl-C again ends them")
    patient = True
    while True:
        try:
            stop_workers(repo)
            while running := select(tasks := _own(repo, ignored), "running"):
                if not patient:
                    interrupt(repo, running)
                time.sleep(1)
        except KeyboardInterrupt:
            patient = False
        else:
            return tasks


def _conclude(tasks: list[Task], details: list[str]) -> None:
    failed, waiting, done = (len(select(tasks, state)) for state in ("failed", "queued", "done"))
    came = f"{failed} of {len(tasks)} experiments failed, {done} succeeded and are kept: `dvc exp show`"
    if waiting:
        raise RetraceError(
            f"stopped; `retrace queue` goes on with the {waiting} that wait ({came})", details=details
        )
    if failed:
        raise RetraceError(came, details=details)
    typer.echo("\n".join([came, *_scores([task.name for task in select(tasks, "done")])]))


def _scores(names: list[str]) -> list[str]:
    """Return the score of each finished experiment on the validation part, the best first."""
    try:
        metric = load_params().metric
    except RetraceError:
        return []  # params.yaml as it is now has no part in what ran
    found = validation_scores(names)
    scores = {name: each[metric] for name, each in found.items() if metric in each}
    order = sorted(scores, key=lambda name: scores[name], reverse=metric not in LOWER_IS_BETTER)
    wide = max(map(len, order), default=0)
    lines = [f"  {name:<{wide}}  {number_text(scores[name])}" for name in order]
    return [f"{metric} of the validation part:", *lines] if lines else []
