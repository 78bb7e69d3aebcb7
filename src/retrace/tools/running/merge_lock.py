"""`retrace merge-lock`: the locks of two branches, merged stage by stage."""

import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retrace.core.errors import RetraceError, first_few

if TYPE_CHECKING:
    from retrace.tools.repository.lock_merging import Merged
    from retrace.tools.repository.merging import Side
    from retrace.tools.repository.stages import Stage

BY_HAND = "end the other conflicts, then run `retrace merge-lock`"


def merge_lock(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[BASE OURS THEIRS PATH]", help="What Git gives to a merge driver."),
    ] = None,
    set_up: Annotated[
        bool, typer.Option("--set-up", help="Let Git call this in each merge, in this clone.")
    ] = False,
) -> None:
    """End the conflict of two dvc.lock: of each stage, keep the run that is true for the merged files.

    A stage of which neither side's run is true is left out, so that `retrace repro` runs it.
    metrics.json and report/report.md follow the run that made them.

        retrace merge-lock --set-up

        retrace merge-lock    # after a merge, rebase or cherry-pick that stopped
    """
    if set_up:
        _set_up()
    elif not files:
        _end_conflict()
    elif len(files) == 4:
        sys.exit(_drive(Path(files[1]), Path(files[2]), files[3]))
    else:
        raise RetraceError(f"got {len(files)} files: give BASE OURS THEIRS PATH, as Git does, or none")


def _set_up() -> None:
    from retrace.tools.repository.merging import set_driver
    from retrace.tools.repository.stages import read_stages

    path = set_driver(kept_by_git(read_stages()))
    typer.echo(f"Git merges dvc.lock by `retrace merge-lock` from now on: .git/config and {path} say so")


def kept_by_git(stages: "Sequence[Stage]") -> set[str]:
    """Return the outputs that Git keeps."""
    return {result.path for stage in stages for result in stage.results if result.in_git}


def _drive(ours: Path, theirs: Path, path: str) -> int:
    """Merge one file for Git, into `ours`; exit status 1 leaves its conflict to a person."""
    from retrace.tools.repository.lock import LOCK
    from retrace.tools.repository.merging import merged_commit, merged_tree, sides, stages_of

    commit = merged_commit()
    if not commit:
        return _left(path, "Git does not tell a driver what it merges here")
    both = sides("HEAD:./", f"{commit}:./")
    if path == str(LOCK) and not _are_those(both, ours, theirs):
        return _left(path, "this is no merge of two commits")
    tree, changed = merged_tree(commit)
    settled, others = _sorted_out(changed, both)
    if others:
        return _left(path, f"{first_few(others)}: a conflict too")
    merged = _merge(stages_of(tree), both, settled)
    if path == str(LOCK):
        ours.write_bytes(_dumped(merged))
        _say(merged)
        return 0
    content = _content(path, merged, both)
    if content is None:
        return _left(path, "the run that makes it is of neither side")
    ours.write_bytes(content)
    return 0


def _sorted_out(paths: set[str], both: "tuple[Side, Side]") -> tuple[set[str], list[str]]:
    """Tell conflicts of outputs, which follow the lock, from those that a person ends."""
    from retrace.tools.repository.lock import LOCK

    outputs = paths & {path for side in both for path in side.lock.outs}
    return outputs, sorted(paths - outputs - {str(LOCK)})


def _are_those(both: "tuple[Side, Side]", ours: Path, theirs: Path) -> bool:
    from retrace.tools.repository.lock import read_lock

    return [side.lock for side in both] == [read_lock(ours), read_lock(theirs)]


def _left(path: str, why: str) -> int:
    print(f"{path}: {why}: {BY_HAND}", file=sys.stderr)
    return 1


def _merge(stages: "Sequence[Stage]", both: "tuple[Side, Side]", settled: Collection[str]) -> "Merged":
    from retrace.tools.repository.lock_merging import merge_locks

    return merge_locks(stages, both[0].lock, both[1].lock, settled)


def _dumped(merged: "Merged") -> bytes:
    from retrace.tools.repository.lock import dump_lock

    return dump_lock(merged.lock)


def _say(merged: "Merged") -> None:
    by_side: dict[str, list[str]] = {}
    for stage, side in merged.sides.items():
        by_side.setdefault(side, []).append(stage)
    words = {"ours": "as here", "theirs": "as there", "both": "as on both sides"}
    parts = [f"{', '.join(by_side[side])} {words[side]}" for side in words if side in by_side]
    if gone := by_side.get("neither"):
        parts.append(f"{', '.join(gone)} left out, to be run: `retrace repro`")
    print(f"dvc.lock: {'; '.join(parts)}", file=sys.stderr)


def _content(path: str, merged: "Merged", both: "tuple[Side, Side]") -> bytes | None:
    """Return an output's content from the side that has what the merged lock names."""
    from hashlib import md5

    wanted = merged.lock.outs.get(path)
    contents = (side.content(path) for side in both)
    return next(
        (each for each in contents if each is not None and md5(each).hexdigest() == wanted), None
    )


def _end_conflict() -> None:
    from retrace.tools.repository.lock import LOCK
    from retrace.tools.repository.merging import conflicts, settle, sides
    from retrace.tools.repository.stages import read_stages

    open_ones = conflicts()
    if str(LOCK) not in open_ones:
        raise RetraceError("dvc.lock has no conflict here: `retrace check` tells whether it is true")
    both = sides(":2:./", ":3:./")
    settled, others = _sorted_out(open_ones, both)
    if others:
        raise RetraceError(f"end the conflicts of these first: {first_few(others)}")
    # Whatever is on disk, with marks of the conflict in it perhaps, DVC must be able to read it.
    LOCK.write_bytes(both[0].content(str(LOCK)) or b"")
    merged = _merge(read_stages(), both, settled)
    contents = {path: _content(path, merged, both) for path in settled}
    settle(
        {str(LOCK): _dumped(merged)}
        | {path: each for path, each in contents.items() if each is not None}
    )
    _say(merged)
    for path in sorted(path for path, each in contents.items() if each is None):
        typer.echo(f"{path}: of neither side; `retrace repro` makes it, then `git add {path}`")
