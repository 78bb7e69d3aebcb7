"""One experiment of DVC's queue, run by itself: by a job of a cluster in place of DVC's workers."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from retrace.core.errors import RetraceError, run_or_explain
from retrace.tools.repository.dvc import open_repository, worker_environment
from retrace.tools.repository.queue_recovery import stash_again

MODULE = "retrace.tools.repository.single_task"


def run_task(key: str) -> None:
    """Run one queued experiment and keep what it made, as a worker of DVC's does; say what it says.

    Parameters
    ----------
    key : str
        What DVC knows it by.

    Raises
    ------
    RetraceError
        It is not in the queue, or it failed.
    """
    from dvc.repo.experiments.queue.tasks import run_exp

    os.environ.update(worker_environment())
    with open_repository(notes=True) as repo:
        queue = repo.experiments.celery_queue
        entry = next((each for each in queue.iter_queued() if each.stash_rev == key), None)
        if entry is None:
            raise RetraceError(
                f"no experiment {key[:7]} waits in the queue: `dvc queue status` lists it"
            )
        queue.celery.set_current()  # else its tasks know no queue
        queue.celery.loader.import_default_modules()
    try:
        run_exp(entry.asdict())
    finally:
        with open_repository(notes=True) as repo:
            process = repo.experiments.celery_queue.proc.get(key)
        if process is not None and (log := Path(process.stdout)).is_file():
            print(log.read_text(encoding="utf-8", errors="replace"), flush=True)
    if process is None or process.returncode:
        raise RetraceError(f"the experiment {entry.name or key[:7]} failed")


def settle(repo: Any, succeeded: Mapping[str, bool]) -> None:
    """Take experiments that succeeded out of the queue; let the others wait there again.

    Parameters
    ----------
    repo : dvc.repo.Repo
        The repository of the queue.
    succeeded : mapping of str to bool
        By what DVC knows an experiment by.
    """
    queue = repo.experiments.celery_queue
    for entry in list(queue.iter_queued()):
        if entry.stash_rev in succeeded:
            stash_again(queue, entry)  # DVC takes it out when it starts, and removes only what is there
    if done := [key for key, well in succeeded.items() if well]:
        queue.remove(done)


if __name__ == "__main__":
    run_or_explain(lambda: run_task(sys.argv[1]))
