"""What a pull request changes: the workspace, the tip of its base, and where the branch began.

Of small outputs that are not at hand, in DVC's cache or the workspace, the answer is nothing.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrace.core.artifacts import DATA_CHECKS, ENVIRONMENT, HISTORY
from retrace.core.errors import ComparisonError, RetraceError
from retrace.tools.repository.bases import CUSTOMARY, base_names, request_name, without_remote
from retrace.tools.repository.differences import Differences, differences
from retrace.tools.repository.git import WORKSPACE, Tree, commit_of, find_tree, git
from retrace.tools.repository.predictions import PredictedRows, read_rows
from retrace.tools.repository.sides import Side, output_path, predictions_path, read_side
from retrace.tools.significance.accounting import counted
from retrace.tools.significance.runs import RunComparison, compare_runs


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is known of a pull request.

    Attributes
    ----------
    head : Side
        The workspace; its notes say what is wrong with it.
    base : Side or None
        The tip of the branch that it asks to change; None where this clone lacks it.
    base_name : str
        What that branch is called.
    missing : str
        Why there is no base; else empty.
    start : Side or None
        Where the branch began: `base` itself if nothing came since; None where Git cannot tell.
    behind : int
        The commits of the base since then.
    compared : RunComparison or None
        The head against the base; None without a base.
    changes : Differences or None
        What differs since the branch began, or from the base's tip where that had no run yet; None
        where neither has one.
    rows : PredictedRows or None
        The judged part as the head sees it, where its predictions are at hand.
    part : str
        The part that is judged, ``"validation"`` or ``"test"``.
    """

    head: Side
    base: Side | None
    base_name: str
    missing: str = ""
    start: Side | None = None
    behind: int = 0
    compared: RunComparison | None = None
    changes: Differences | None = None
    rows: PredictedRows | None = None
    part: str = "validation"

    @property
    def moved(self) -> bool:
        """Whether the base has commits that the branch does not have."""
        return self.start is not None and self.start is not self.base

    @property
    def is_first(self) -> bool:
        """Whether the base has no run to compare with."""
        return self.base is None or not self.base.ran

    @property
    def is_same(self) -> bool:
        """Whether head and base are the same run."""
        return not self.is_first and self.base is not None and self.base.lock == self.head.lock


def gather(base: str | None = None, part: str = "validation", *, keep: bool = True) -> Request:
    """Look at the workspace and at its base.

    Parameters
    ----------
    base : str, optional
        A branch, tag or commit; else what stands for main in this clone.
    part : str
        The part that is judged; of ``"test"``, as the next look of this branch.
    keep : bool
        Whether such a look is noted.

    Raises
    ------
    RetraceError
        A file of the workspace cannot be read.
    """
    commit = git("rev-parse", "--verify", "--quiet", "HEAD")
    head = read_side(Tree(WORKSPACE, commit, "workspace"), strict=False)
    try:
        tree = base_tree(base)
        tip = read_side(tree)
    except RetraceError as error:
        name = without_remote(base or CUSTOMARY[0])
        rows = _rows(head, part)
        return Request(head=head, base=None, base_name=name, missing=str(error), rows=rows, part=part)
    start, behind = _start(tip)
    compared = (
        counted(tip, head, request_name(), keep=keep)
        if part == "test"
        else compare_runs(tip, head, part=part)
    )
    return Request(
        head=head,
        base=tip,
        base_name=tip.name,
        start=start,
        behind=behind,
        compared=compared,
        changes=_changes(start, tip, head),
        rows=compared.judgement.rows[1] if compared.judgement.rows else _rows(head, part),
        part=part,
    )


def check_place() -> None:
    """Raise where this is not the top folder of a repository under Git and DVC."""
    if not git("rev-parse", "--git-dir"):
        raise RetraceError(f"{Path.cwd()} is not a Git repository: run from a clone's top folder")
    if not Path(".dvc").is_dir():
        raise RetraceError(f"{Path.cwd()} has no .dvc folder: run from the repository's top folder")


def base_tree(base: str | None) -> Tree:
    """Return the files of a branch, or of what stands for main in this clone.

    Raises
    ------
    RetraceError
        There is none.
    """
    # A clone in CI has the base as a remote's branch only; on a laptop that one is also the newer.
    names = (
        base_names(remote_first=True)
        if base is None
        else list(dict.fromkeys((base, without_remote(base))))
    )
    errors = []
    for name in names:
        try:
            tree = find_tree(name)
        except RetraceError as error:
            errors.append(error)
        else:
            here = without_remote(tree.name)
            # Where both have a branch of this name, and differ, which one it is must be said.
            same = not commit_of(f"refs/heads/{here}") or commit_of(here) == tree.commit
            return replace(tree, name=here if same else tree.name)
    raise errors[0]


def _start(base: Side) -> tuple[Side | None, int]:
    commit = git("merge-base", "HEAD", base.tree.commit)
    if not commit or commit == base.tree.commit:
        return (base if commit else None), 0
    behind = int(git("rev-list", "--count", f"{commit}..{base.tree.commit}") or 0)
    try:
        return read_side(Tree(commit[:7], commit, "commit")), behind
    except RetraceError:
        return None, behind


def _changes(start: Side | None, base: Side, head: Side) -> Differences | None:
    since = next((side for side in (start, base) if side is not None and side.ran), None)
    return differences(since, head) if since is not None and head.ran else None


def _rows(side: Side, part: str) -> PredictedRows | None:
    try:
        return read_rows(predictions_path(side), side.name, part) if side.ran else None
    except ComparisonError:
        return None


def environment(side: Side | None) -> dict[str, Any]:
    """Return what ``cache/environment.json`` of a run says: its model, versions and hardware."""
    return _json(side, ENVIRONMENT)


def data_warnings(side: Side | None) -> list[str] | None:
    """Return the warnings on the data, or None where they are not at hand."""
    listed = _json(side, DATA_CHECKS).get("warnings")
    return [str(each) for each in listed] if isinstance(listed, list) else None


def history(side: Side | None) -> pd.DataFrame:
    """Return the training history: no rows where there is none."""
    path = side and output_path(side.lock, HISTORY)
    try:
        table = pd.read_csv(path) if path else pd.DataFrame()
        return table.select_dtypes(np.number) if "epoch" in table else pd.DataFrame()
    except (OSError, ValueError):  # of pandas too: a file without a header, or with half a line
        return pd.DataFrame()


def _json(side: Side | None, path: Path) -> dict[str, Any]:
    place = side and output_path(side.lock, path)
    try:
        values = json.loads(place.read_bytes()) if place else {}
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
