"""Experiments that ran when the machine went down: DVC has them as running for ever."""

import contextlib
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import psutil

from retrace.tools.repository.experiment_queue import QUESTIONS, Task, has_workers, read_queue, select


def left_behind(repo: Any) -> list[Task]:
    """Return the tasks that DVC has as running while no worker is there to run them.

    Parameters
    ----------
    repo : dvc.repo.Repo
        The repository of the queue.
    """
    # A busy worker may miss a question, and what it runs must not be run twice.
    if any(has_workers(repo) for _ in range(QUESTIONS)):
        return []
    return select(read_queue(repo), "running")


def queue_again(repo: Any, tasks: Collection[Task]) -> None:
    """Put tasks that were left behind back into the queue, in their old order, under their names."""
    queue = repo.experiments.celery_queue
    keys = {task.key for task in tasks}
    waiting = Path(queue.wdir, "broker", "in")
    # What DVC knows of a message's file, it knows while it goes through them.
    for message, entry in list(queue._iter_processed()):
        path = queue.celery._processed_msg_path_cache.get(message.delivery_tag)
        if entry.stash_rev in keys and path:
            _end_remains(queue, entry.stash_rev)
            stash_again(queue, entry)
            Path(path).replace(waiting / Path(path).name)


def stash_again(queue: Any, entry: Any) -> None:
    """Bring back what DVC takes out of its stash when a task starts: its name and origin."""
    stash = queue.stash
    if entry.stash_rev not in stash.stash_revs:
        message = stash.format_message(
            entry.head_rev, baseline_rev=entry.baseline_rev, name=entry.name, branch=entry.branch
        )
        queue.scm.set_ref(stash.ref, entry.stash_rev, message=f"commit: {message}")


def _end_remains(queue: Any, key: str) -> None:
    """End a run that outlived its worker, whose results nobody would collect, and remove its folder."""
    info = queue.get_infofile_path(key)
    for process in psutil.process_iter(["cmdline"]):
        if info in (process.info["cmdline"] or []):
            with contextlib.suppress(psutil.Error):
                family = [*process.children(recursive=True), process]
                for each in family:
                    each.kill()
                psutil.wait_procs(family, timeout=10)
    with contextlib.suppress(OSError, ValueError, TypeError):
        folder = Path(queue._load_info(key).root_dir)
        if folder.is_relative_to(Path(queue.repo.tmp_dir, "exps")):
            shutil.rmtree(folder)
