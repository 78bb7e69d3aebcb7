"""DVC's experiment queue as a program sees it: what waits, what runs, what came of the rest.

DVC's workers do the work; we only start them and watch. Its own commands exit 0 whatever failed.
"""

import tempfile
import time
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import run_dvc

State = Literal["queued", "running", "done", "failed"]

# Every so many looks at an unchanged queue we ask whether there is a worker left: one may have been
# about to leave when we came. A busy worker may miss a question; only silence to several says that it
# is gone.
LOOKS_BETWEEN_QUESTIONS, QUESTIONS = 8, 3


@dataclass(frozen=True, kw_only=True)
class Task:
    """One experiment of the queue.

    Attributes
    ----------
    key : str
        What DVC knows it by, whatever its name.
    log : Path or None
        What it said; None where it has not come so far.
    """

    key: str
    name: str
    state: State
    log: Path | None = None


def read_queue(repo: Any) -> list[Task]:
    """Return all tasks that DVC remembers, those of earlier runs included.

    Parameters
    ----------
    repo : dvc.repo.Repo
        The repository of the queue.
    """
    queue = repo.experiments.celery_queue
    # In the order of a task's life: one that moves on meanwhile is seen twice, never missed.
    tasks = [_task(queue, entry, "queued") for entry in queue.iter_queued()]
    tasks += [_task(queue, entry, "running") for entry in queue.iter_active()]
    tasks += [
        _task(queue, entry, "failed" if result is None else "done")
        for entry, result in queue.iter_done()
    ]
    return list({task.key: task for task in tasks}.values())


def _task(queue: Any, entry: Any, state: State) -> Task:
    process = queue.proc.get(entry.stash_rev)
    log = Path(process.stdout) if process else None
    return Task(key=entry.stash_rev, name=entry.name or entry.stash_rev[:7], state=state, log=log)


def select(tasks: Iterable[Task], state: State) -> list[Task]:
    """Return the tasks in one state."""
    return [task for task in tasks if task.state == state]


def progress(tasks: list[Task]) -> str:
    """Say in one line how far a queue is.

    Returns
    -------
    str
        Such as ``"2 of 4 finished, 1 failed (sunny-cat); running: tidy-owl"``.
    """
    failed, running = select(tasks, "failed"), select(tasks, "running")
    finished = len(select(tasks, "done")) + len(failed)
    line = f"{finished} of {len(tasks)} finished"
    line += f", {len(failed)} failed ({_names(failed)})" if failed else ""
    return line + (f"; running: {_names(running)}" if running else "")


def explain_failures(tasks: list[Task], workers: Path) -> list[str]:
    """Say of each failed task where its log is and what it ends with.

    Parameters
    ----------
    tasks : list of Task
        Of which the failed ones count.
    workers : Path
        The folder of the workers' own logs, for a task that failed before it started.
    """
    lines = []
    for task in select(tasks, "failed"):
        if task.log is None:
            lines.append(f"{task.name} failed before it ran: see {workers}/*.out")
        else:
            lines.append(f"{task.name} failed: {_last_line(task.log)}")
            lines.append(f"its log: {task.log} (`dvc queue logs {task.key[:7]}`)")
    return lines


def follow(repo: Any, jobs: int, ignored: Set[str], pause: float = 1) -> Iterator[list[Task]]:
    """Look at the queue again and again until nothing waits or runs.

    Workers that ended too early are started again. A task whose worker is gone for good has failed.

    Parameters
    ----------
    repo : dvc.repo.Repo
        The repository of the queue.
    jobs : int
        How many workers there should be.
    ignored : set of str
        Keys of tasks that belong to an earlier run.
    pause : float
        Seconds between two looks.

    Yields
    ------
    list of Task
        All tasks of this run, those queued meanwhile included.
    """
    last: list[Task] = []
    looks = silences = 0
    while True:
        tasks = [task for task in read_queue(repo) if task.key not in ignored]
        looks = looks + 1 if tasks == last else 0
        if looks and looks % LOOKS_BETWEEN_QUESTIONS == 0:
            silences = 0 if has_workers(repo) else silences + 1
            if silences and select(tasks, "queued"):
                start_workers(jobs)
            elif silences == QUESTIONS:
                tasks = [_lost(task) for task in tasks]
        yield tasks
        if not select(tasks, "queued") and not select(tasks, "running"):
            return
        last = tasks
        time.sleep(pause)


def has_workers(repo: Any) -> bool:
    """Tell whether any worker answers within a second."""
    return bool(repo.experiments.celery_queue.worker_status())


def _lost(task: Task) -> Task:
    return replace(task, state="failed") if task.state == "running" else task


def start_workers(jobs: int) -> None:
    """Let DVC start what is missing of so many workers.

    Raises
    ------
    RetraceError
        DVC cannot start them.
    """
    # The workers stay behind and keep what they inherit: a pipe would keep us waiting for them.
    with tempfile.TemporaryFile("w+") as output:
        run = run_dvc("queue", "start", "--jobs", str(jobs), stdout=output, stderr=output)
        output.seek(0)
        if run.returncode:
            raise RetraceError(f"DVC starts no workers for its queue: {output.read()}")


def forget_orders(repo: Any) -> None:
    """Remove the orders to stop that lie about for workers that are gone: the next ones would obey."""
    for order in Path(repo.experiments.celery_queue.wdir, "broker", "in").glob("*.pidbox.msg"):
        order.unlink(missing_ok=True)


def stop_workers(repo: Any) -> None:
    """Let the workers finish what they run and take nothing more."""
    repo.experiments.celery_queue.shutdown()


def interrupt(repo: Any, tasks: list[Task]) -> None:
    """End running tasks, their stages included; DVC then has them as failed.

    `dvc queue stop --kill` would end DVC's process alone: the training under it would run on.
    """
    from dvc.exceptions import DvcException

    try:
        repo.experiments.celery_queue.kill([task.key for task in tasks])
    except DvcException:
        return  # ended by itself meanwhile


def _names(tasks: list[Task]) -> str:
    return ", ".join(task.name for task in tasks)


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    said = [line.strip() for line in lines if line.strip()]
    own = [line for line in said if not line.startswith("ERROR: failed to reproduce")]
    return (own or said or ["nothing in its log"])[-1]
