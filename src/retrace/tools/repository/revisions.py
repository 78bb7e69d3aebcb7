"""What DVC collects of many revisions: params, metrics, outputs, and the state of experiments."""

import atexit
import contextlib
import functools
import logging
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from retrace.tools.repository.dvc import open_repository

FEW = 8  # revisions that one process collects before another would have started

# Shows how far a loop is: what is looped over, what it is called, and how many there are.
Progress = Callable[[Iterable[Any], str, int], Iterable[Any]]

_opened_here = contextlib.ExitStack()


def collect_revisions(revisions: Iterable[str], progress: Progress) -> list[Any]:
    """Collect the workspace, some commits, and all experiments that started from them.

    DVC keeps what it collected of a revision under .dvc/tmp, so a second call is fast.

    Parameters
    ----------
    revisions : iterable of str
        Hashes of commits; those from which an experiment started are added.
    progress : callable
        Wraps the loop over what is new.

    Returns
    -------
    list of dvc.repo.experiments.serialize.ExpState
        The workspace first, each commit with its experiments.
    """
    # DVC warns of each revision that lacks a file; whoever shows the runs says so of each.
    with _silence(), open_repository(notes=True) as repo:
        baselines = list(dict.fromkeys([*revisions, *_baselines(repo)]))
        _collect(repo, baselines, progress)
        return list(repo.experiments.show(revs=baselines))


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    logger = logging.getLogger("dvc")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _baselines(repo: Any) -> list[str]:
    from dvc.repo.experiments.utils import exp_refs

    queue = repo.experiments.celery_queue
    commits = [ref.baseline_sha for ref in exp_refs(repo.scm)]
    commits += [entry.baseline_rev for entry in queue.iter_queued()]
    commits += [entry.baseline_rev for entry in queue.iter_active()]
    return commits + [done.entry.baseline_rev for done in queue.iter_failed()]


def _collect(repo: Any, baselines: list[str], progress: Progress) -> None:
    """Fill DVC's own cache of revisions, which `show` then reads.

    A revision takes DVC a third of a second (it parses dvc.yaml and dvc.lock), so all cores share them.
    """
    from dvc.repo.experiments.utils import exp_refs

    revisions = [*baselines, *(repo.scm.get_ref(str(ref)) for ref in exp_refs(repo.scm))]
    known = repo.experiments.cache
    new = [revision for revision in dict.fromkeys(revisions) if known.get(revision) is None]
    workers = min(os.cpu_count() or 1, len(new) // FEW)
    if workers < 2:
        for revision in progress(new, "asking DVC", len(new)):
            _collect_one(revision)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for _ in progress(pool.imap_unordered(_collect_one, new), "asking DVC", len(new)):
            pass


def _collect_one(revision: str) -> None:
    from dvc.repo.experiments.collect import collect_rev

    collect_rev(_opened(), revision)


@functools.cache
def _opened() -> Any:
    """Open the repository once in each process."""
    logging.getLogger("dvc").setLevel(logging.CRITICAL)
    # Closed while Python still can: at its end the modules that DVC needs for it are gone.
    atexit.register(_opened_here.close)
    return _opened_here.enter_context(open_repository(notes=True))
