"""Whose run-cache a clone writes and reads: its branch's; and main's."""

import os
import re

from retrace.core.errors import RetraceError
from retrace.tools.repository.bases import CUSTOMARY, base_names, without_remote
from retrace.tools.repository.git import branch_here, commit_of

# The names that both Git and an object store take as they are.
NAME = re.compile(r"(?!.*(//|\.\.|/\.|\.lock$|\.$|/$))[A-Za-z0-9_][A-Za-z0-9._/+@=-]*")


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
    found = (name for name in base_names() if commit_of(name))
    return without_remote(next(found, CUSTOMARY[0]))


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
