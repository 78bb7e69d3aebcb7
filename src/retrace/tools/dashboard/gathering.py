"""Ask DVC for every branch, tag and experiment of this clone, and for the workspace where it differs."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from retrace.core.errors import RetraceError
from retrace.tools.dashboard.runs import WORKSPACE, Run, merged, run_from, same_run_once, unfinished
from retrace.tools.repository.git import git, require_commit
from retrace.tools.repository.revisions import collect_revisions

T = TypeVar("T")

NOTES = {
    "failed": "it failed: `dvc queue logs {name}` shows why",
    "queued": "waits in the queue: `dvc queue start` runs it",
    "running": "is running now",
}

NOT_RUN = "params.yaml was edited and not run since: `retrace repro` runs it"


def gather_runs() -> list[Run]:
    """Return the workspace, commits and experiments, each run once.

    Commits are the tips of local branches, tags, HEAD and what an experiment started from. DVC keeps
    what it collected of a revision under .dvc/tmp, so a second call is fast. Progress goes to standard
    error.

    Raises
    ------
    RetraceError
        This is not a Git repository with DVC and a commit.
    """
    require_commit("that experiments could start from")
    if not Path(".dvc").is_dir():
        raise RetraceError(f"{Path.cwd()} is not under DVC: run from the repository's top folder")
    return same_run_once(_named(_runs(collect_revisions(_git_revisions(), progress))))


def _git_revisions() -> list[str]:
    listed = git("for-each-ref", "--format=%(objectname)%(*objectname)", "refs/heads", "refs/tags")
    # An annotated tag has a hash of its own, and then that of its commit.
    return [git("rev-parse", "HEAD"), *(line[-40:] for line in listed.splitlines())]


def progress(items: Iterable[T], what: str, total: int | None = None) -> Iterable[T]:
    """Show how far a loop is, on standard error, once it takes longer than a second."""
    return tqdm(items, desc=what, total=total, delay=1, leave=False, file=sys.stderr, unit="run")


def _runs(states: Iterable[Any]) -> Iterator[Run]:
    workspace, *commits = states
    runs = [run_from(state) for state in commits]
    yield from _changed_workspace(run_from(workspace), runs)
    for state, run in zip(commits, runs, strict=True):
        yield run
        for experiment in state.experiments or []:
            yield _experiment(experiment, state.rev)


def _changed_workspace(workspace: Run, commits: list[Run]) -> Iterator[Run]:
    head = next(run for run in commits if run.revision == git("rev-parse", "HEAD"))
    workspace = replace(workspace, revision=WORKSPACE)
    if (workspace.metrics, workspace.hashes) != (head.metrics, head.hashes):
        yield workspace
    elif workspace.params != head.params:
        yield unfinished(workspace, "no metrics", NOT_RUN)


def _experiment(experiment: Any, baseline: str) -> Run:
    name = experiment.name or ""
    run = replace(run_from(experiment.revs[0]), experiment=name, started_from=baseline)
    state = experiment.executor.state if experiment.executor else "success"
    if state == "success":
        return run
    return unfinished(run, state, NOTES[state].format(name=name or run.revision[:7]))


def _named(runs: Iterable[Run]) -> list[Run]:
    branches, tags = _names("heads"), _names("tags")
    named = [
        replace(
            run,
            branches=tuple(branches.get(run.revision, ())),
            tags=tuple(tags.get(run.revision, ())),
        )
        for run in merged(runs)
    ]
    labels = {run.revision: run.label for run in named}
    return [
        replace(run, started_from=labels.get(run.started_from, run.started_from[:7])) for run in named
    ]


def _names(kind: str) -> dict[str, list[str]]:
    """Return the branches (``"heads"``) or tags by the commit that they point to."""
    form = "%(objectname)%(*objectname) %(refname:lstrip=2)"
    by_revision: dict[str, list[str]] = {}
    for line in git("for-each-ref", f"--format={form}", f"refs/{kind}").splitlines():
        revision, name = line.split(" ", 1)
        by_revision.setdefault(revision[-40:], []).append(name)
    return by_revision


def compare_names(runs: list[Run]) -> dict[str, str]:
    """Return, by revision, the name that says which run is meant: not one that two experiments share."""
    count = Counter(run.label for run in runs)
    return {run.revision: run.label if count[run.label] == 1 else run.revision[:12] for run in runs}
