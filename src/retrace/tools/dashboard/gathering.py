"""Ask DVC for every branch, tag and experiment of this clone, and for the workspace where it differs."""

import functools
import logging
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from retrace.core.errors import RetraceError
from retrace.tools.dashboard.runs import WORKSPACE, Run, merged, run_from, unfinished
from retrace.tools.repository.git import git

T = TypeVar("T")

FEW = 8  # revisions that one process collects before another would have started

NOTES = {
    "failed": "it failed: `dvc queue logs {name}` shows why",
    "queued": "waits in the queue: `dvc queue start` runs it",
    "running": "is running now",
}

NOT_RUN = "params.yaml was edited and not run since: `retrace repro` runs it"


def gather_runs() -> list[Run]:
    """Return the workspace, commits and experiments, each revision once.

    Commits are the tips of local branches, tags, HEAD and what an experiment started from. DVC keeps
    what it collected of a revision under .dvc/tmp, so a second call is fast. Progress goes to standard
    error.

    Raises
    ------
    RetraceError
        This is not a Git repository with DVC and a commit.
    """
    with _repository() as repo:
        baselines = list(dict.fromkeys([*_git_revisions(), *_baselines(repo)]))
        _collect(repo, baselines)
        states = repo.experiments.show(revs=baselines)
        return _named(_runs(states, repo.cache))


@contextmanager
def _repository() -> Iterator[Any]:
    from dvc.exceptions import NotDvcRepoError
    from dvc.repo import Repo

    if not git("rev-parse", "--verify", "--quiet", "HEAD"):
        raise RetraceError(
            f"{Path.cwd()} has no Git commit, and experiments are kept in Git: run `git init`,"
            " `git add .` and `git commit -m start`"
        )
    try:
        repo = Repo()
    except NotDvcRepoError:
        raise RetraceError(
            f"{Path.cwd()} is not under DVC: run from the repository's top folder"
        ) from None
    # DVC warns of each revision that lacks a file; the page lists such runs instead.
    logging.getLogger("dvc").setLevel(logging.CRITICAL)
    with repo:
        yield repo


def _git_revisions() -> list[str]:
    listed = git("for-each-ref", "--format=%(objectname)%(*objectname)", "refs/heads", "refs/tags")
    # An annotated tag has a hash of its own, and then that of its commit.
    return [git("rev-parse", "HEAD"), *(line[-40:] for line in listed.splitlines())]


def _baselines(repo: Any) -> list[str]:
    from dvc.repo.experiments.utils import exp_refs

    queue = repo.experiments.celery_queue
    found = [ref.baseline_sha for ref in exp_refs(repo.scm)]
    found += [entry.baseline_rev for entry in queue.iter_queued()]
    found += [entry.baseline_rev for entry in queue.iter_active()]
    return found + [done.entry.baseline_rev for done in queue.iter_failed()]


def _collect(repo: Any, baselines: list[str]) -> None:
    """Fill DVC's own cache of revisions, which `show` then reads.

    A revision takes DVC a third of a second (it parses dvc.yaml and dvc.lock), so all cores share them.
    """
    from dvc.repo.experiments.utils import exp_refs

    revisions = [*baselines, *(repo.scm.get_ref(str(ref)) for ref in exp_refs(repo.scm))]
    known = repo.experiments.cache
    new = [revision for revision in dict.fromkeys(revisions) if known.get(revision) is None]
    workers = min(os.cpu_count() or 1, len(new) // FEW)
    if workers < 2:
        for revision in progress(new, "asking DVC"):
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
    from dvc.repo import Repo

    logging.getLogger("dvc").setLevel(logging.CRITICAL)
    return Repo()


def progress(items: Iterable[T], what: str, total: int | None = None) -> Iterable[T]:
    """Show how far a loop is, on standard error, once it takes longer than a second."""
    return tqdm(items, desc=what, total=total, delay=1, leave=False, file=sys.stderr, unit="run")


def _runs(states: Iterable[Any], cache: Any) -> Iterator[Run]:
    workspace, *commits = states
    runs = [run_from(state, cache) for state in commits]
    yield from _changed_workspace(run_from(workspace, cache), runs)
    for state, run in zip(commits, runs, strict=True):
        yield run
        for found in state.experiments or []:
            yield _experiment(found, cache, state.rev)


def _changed_workspace(workspace: Run, commits: list[Run]) -> Iterator[Run]:
    head = next(run for run in commits if run.revision == git("rev-parse", "HEAD"))
    workspace = replace(workspace, revision=WORKSPACE)
    if (workspace.metrics, workspace.hashes) != (head.metrics, head.hashes):
        yield workspace
    elif workspace.params != head.params:
        yield unfinished(workspace, "no metrics", NOT_RUN)


def _experiment(found: Any, cache: Any, baseline: str) -> Run:
    name = found.name or ""
    run = replace(run_from(found.revs[0], cache), experiment=name, started_from=baseline)
    state = found.executor.state if found.executor else "success"
    if state == "success":
        return run
    return unfinished(run, state, NOTES[state].format(name=name or run.revision[:7]))


def _named(runs: Iterable[Run]) -> list[Run]:
    branches, tags = _names("heads"), _names("tags")
    found = [
        replace(
            run,
            branches=tuple(branches.get(run.revision, ())),
            tags=tuple(tags.get(run.revision, ())),
        )
        for run in merged(runs)
    ]
    labels = {run.revision: run.label for run in found}
    return [
        replace(run, started_from=labels.get(run.started_from, run.started_from[:7])) for run in found
    ]


def _names(kind: str) -> dict[str, list[str]]:
    """Return the branches (``"heads"``) or tags by the commit that they point to."""
    form = "%(objectname)%(*objectname) %(refname:lstrip=2)"
    found: dict[str, list[str]] = {}
    for line in git("for-each-ref", f"--format={form}", f"refs/{kind}").splitlines():
        revision, name = line.split(" ", 1)
        found.setdefault(revision[-40:], []).append(name)
    return found


def compare_names(runs: list[Run]) -> dict[str, str]:
    """Return, by revision, the name that says which run is meant: not one that two experiments share."""
    count = Counter(run.label for run in runs)
    return {run.revision: run.label if count[run.label] == 1 else run.revision[:12] for run in runs}
