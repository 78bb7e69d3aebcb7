"""Which runs are logged, under which names, and what each is against its base."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from retrace.core.errors import ComparisonError, RetraceError
from retrace.tools.repository.bases import default_base
from retrace.tools.repository.git import (
    WORKSPACE,
    Tree,
    branch_here,
    commit_of,
    experiments,
    find_tree,
    git,
    has_changes,
)
from retrace.tools.repository.sides import Side, load_side, read_side
from retrace.tools.significance.judging import judge
from retrace.tools.significance.wording import signed


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A tree whose run shall be logged, and the commit or branch that it is judged against."""

    tree: Tree
    base: str


def chosen(names: list[str], everything: bool) -> list[Choice]:
    """Return what the user asked for: named runs, or all of this clone, or the workspace.

    Raises
    ------
    RetraceError
        A name is unknown, or the workspace has no finished run.
    """
    if everything:
        return [*_commits(), *_experiments(), *_finished_workspace()]
    if not names:
        load_side(WORKSPACE)  # refused where it is not what its dvc.lock says
    return [_choice(_named(name)) for name in names or [WORKSPACE]]


def all_experiments() -> list[Choice]:
    """Return all finished DVC experiments of this clone."""
    return list(_experiments())


def verdict_tags(side: Side, base: str) -> dict[str, str]:
    """Say what a run is against its base, on the validation part: nobody shall choose by the other.

    Returns
    -------
    dict of str to str
        Empty where the run is its base.
    """
    try:
        against = _side(base)
        if against.lock == side.lock:
            return {}
        judgement = judge(against, side, part="validation", use_seeds=False)
    except RetraceError as error:
        return {"verdict": "not comparable", "verdict.reason": str(error)}
    tags = {
        "verdict": str(judgement.verdict),
        "verdict.reason": judgement.reason,
        "verdict.against": f"{base} ({against.tree.commit[:12]})",
        "verdict.metric": f"validation {judgement.metric}",
    }
    if comparison := judgement.comparison:
        low, high = comparison.interval.low, comparison.interval.high
        tags["verdict.difference"] = f"{signed(comparison.difference)} ({signed(low)} to {signed(high)})"
    return {name: value for name, value in tags.items() if value}


@functools.lru_cache(maxsize=16)
def _side(base: str) -> Side:
    return read_side(find_tree(base))


def _named(name: str) -> Tree:
    tree = find_tree(name)
    if tree.kind != "workspace" or has_changes():
        return tree
    return Tree(branch_here() or tree.commit[:12], tree.commit, "commit")


def _choice(tree: Tree) -> Choice:
    if tree.kind == "experiment":
        baseline = next(each.baseline for each in experiments() if each.commit == tree.commit)
        return Choice(tree=tree, base=baseline)
    return Choice(tree=tree, base=default_base())


def _commits() -> Iterator[Choice]:
    """Yield the tips of branches and the tags, each commit once, by the name that says most."""
    form = "--format=%(refname:short)%00%(objectname)%00%(*objectname)"
    tips: dict[str, str] = {}
    for line in git("for-each-ref", form, "refs/heads", "refs/tags").splitlines():
        name, commit, tagged = line.split("\0")
        tips.setdefault(tagged or commit, name)
    if head := commit_of("HEAD"):
        tips.setdefault(head, head[:12])
    base = default_base()
    yield from (Choice(tree=Tree(name, commit, "commit"), base=base) for commit, name in tips.items())


def _experiments() -> Iterator[Choice]:
    for each in experiments():
        yield Choice(tree=Tree(each.name, each.commit, "experiment"), base=each.baseline)


def _finished_workspace() -> Iterator[Choice]:
    if not has_changes():
        return
    try:
        load_side(WORKSPACE)
    except ComparisonError:
        return
    yield _choice(find_tree(WORKSPACE))
