"""Branches: the one that is checked out, what stands for main, whose run-cache and remote they mean."""

import os
import re

from retrace.core.errors import RetraceError
from retrace.tools.repository.git import branch_here, commit_of, git, remotes

CUSTOMARY = ("main", "master")

# The names that both Git and an object store take as they are.
NAME = re.compile(r"(?!.*(//|\.\.|/\.|\.lock$|\.$|/$))[A-Za-z0-9_][A-Za-z0-9._/+@=-]*")


def base_names(*, remote_first: bool = False) -> list[str]:
    """Return all that may stand for main in this clone, the likeliest first.

    Those are main and master, here and on each remote; then what a remote has as its default branch.

    Parameters
    ----------
    remote_first : bool
        Whether ``origin/main`` comes before ``main``: in CI, and of a laptop that was not updated, it is
        the newer one.
    """
    known = remotes()
    heads = [git("symbolic-ref", "--quiet", "--short", f"refs/remotes/{each}/HEAD") for each in known]
    others = [head.partition("/")[2] for head in heads] + [git("config", "init.defaultBranch")]
    names: list[str] = []
    for name in dict.fromkeys([*CUSTOMARY, *filter(None, others)]):
        there = [f"{remote}/{name}" for remote in known]
        names += [*there, name] if remote_first else [name, *there]
    return names


def default_base() -> str:
    """Return ``main``, or what stands for it in this clone.

    Raises
    ------
    RetraceError
        Nothing does.
    """
    names = base_names()
    for name in names:
        if commit_of(name):
            return name
    if not commit_of("HEAD"):
        return CUSTOMARY[0]
    fetch = f"git fetch {remote()} main:refs/remotes/{remote()}/main"
    raise RetraceError(
        f"none of {', '.join(names)} is in this clone: name the base, as in `retrace compare HEAD~1`, or"
        f" run `{fetch}`"
    )


def without_remote(name: str) -> str:
    """Return a branch's name as its remote has it: ``main`` of ``upstream/main``."""
    place, _, rest = name.partition("/")
    # In CI's settings the remote has the customary name, whatever this clone calls it.
    return rest if rest and place in {"origin", *remotes()} else name


def remote() -> str:
    """Return the remote that a remedy should name: that of the branch, or the first, or ``<remote>``."""
    branch = branch_here()
    upstream = git("config", f"branch.{branch}.remote") if branch else ""
    known = remotes()
    return upstream if upstream in known else next(iter(known), "<remote>")


def current_branch(named: str | None = None) -> str:
    """Return the branch that is checked out, or the one that CI says it runs for.

    Parameters
    ----------
    named : str or None
        What the user says instead.

    Raises
    ------
    RetraceError
        None is checked out, or its name cannot be part of a path.
    """
    name = named or branch_here() or _branch_of_ci()
    if not name:
        raise RetraceError("no branch is checked out: say whose run-cache it is, `--branch <name>`")
    if not NAME.fullmatch(name):
        raise RetraceError(
            f"the branch '{name}' cannot have a run-cache: letters, digits and ._/+@=- only; choose"
            " another with `--branch <name>`"
        )
    return name


def request_name() -> str:
    """Return whose looks at the test part are counted together: the branch, or the commit of none."""
    named = branch_here() or _branch_of_ci()
    return named or commit_of("HEAD")[:12]


def main_branch() -> str:
    """Return ``main``, or ``master`` where a clone has that one only."""
    names = (name for name in base_names() if commit_of(name))
    return without_remote(next(names, CUSTOMARY[0]))


def readable_branches(named: str | None = None) -> list[str]:
    """Return whose run-caches may be used: the branch's and main's; on main or no branch, main's."""
    main = main_branch()
    try:
        return list(dict.fromkeys([current_branch(named), main]))
    except RetraceError:
        if named:
            raise
        return [main]


def _branch_of_ci() -> str:
    if os.environ.get("GITHUB_REF_TYPE") == "branch" and not os.environ.get("GITHUB_HEAD_REF"):
        return os.environ.get("GITHUB_REF_NAME", "")
    # Of a pull request, and so the author's choice: a fork's branch can have main's name.
    head = os.environ.get("GITHUB_HEAD_REF", "")
    return "" if head == main_branch() else head
