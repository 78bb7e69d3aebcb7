"""What is to run, as jobs: one for each stage after the other, or one for each queued experiment."""

import sys
from collections.abc import Mapping
from pathlib import Path

import typer

from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import open_repository
from retrace.tools.repository.experiment_queue import has_workers, read_queue, select
from retrace.tools.repository.putting_aside import check_keeps_experiments
from retrace.tools.repository.resources import EXPERIMENT, Resources
from retrace.tools.repository.single_task import MODULE, settle
from retrace.tools.submission import slurm
from retrace.tools.submission.following import conclude, follow
from retrace.tools.submission.slurm import DONE, Job

LOGS = Path(".retrace/jobs")

EMPTY = "the queue is empty: fill it with `dvc exp run --queue -S models.svm.C=1,10 -S model=svm`"


def submit_stages(stages: list[str], resources: Mapping[str, Resources]) -> str:
    """Run each stage as a job, after the one before it; return what came of it."""
    jobs: list[Job] = []
    for stage in stages:
        command = [sys.executable, "-m", "retrace", "repro", "--single-item", stage]
        jobs.append(
            slurm.submit(
                stage,
                command,
                (LOGS / f"{stage}.log").absolute(),
                resources[stage].as_options(),
                after=jobs[-1] if jobs else None,
            )
        )
    typer.echo(f"{len(jobs)} jobs: {', '.join(f'{job.name} {job.number}' for job in jobs)}")
    return conclude(jobs, follow(jobs, _tell))


def submit_queue(resources: Mapping[str, Resources]) -> str:
    """Run each experiment of DVC's queue as a job; return what came of it.

    Those that fail or are cancelled wait in the queue again.

    Raises
    ------
    RetraceError
        One failed, or DVC's own workers are at the queue.
    """
    check_keeps_experiments()
    with open_repository(notes=True) as repo:
        if has_workers(repo):
            raise RetraceError("DVC's own workers run this queue: wait, or `dvc queue stop`")
        waiting = select(read_queue(repo), "queued")
    if not waiting:
        return EMPTY
    jobs = [
        slurm.submit(
            task.name,
            [sys.executable, "-m", MODULE, task.key],
            (LOGS / f"{task.key[:12]}.log").absolute(),
            resources[EXPERIMENT].as_options(),
            key=task.key,
        )
        for task in waiting
    ]
    typer.echo(f"{len(jobs)} jobs: {', '.join(f'{job.name} {job.number}' for job in jobs)}")
    ended: dict[str, str] = {}

    def on_end(job: Job, state: str) -> None:
        ended[job.number] = state
        _tell(job, state)

    try:
        follow(jobs, on_end)
    finally:
        with open_repository(notes=True) as repo:
            settle(repo, {job.key: ended.get(job.number) == DONE for job in jobs})
    return conclude(jobs, ended)


def _tell(job: Job, state: str) -> None:
    typer.echo(f"{job.name}: {state}")
