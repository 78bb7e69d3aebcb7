"""What DVC loses of a workspace: for a moment it puts uncommitted changes aside to make an experiment.

It brings back what `git stash` does, but for what is looked for here. Each of these was tried with
`dvc exp run --temp` of DVC 3.67: a file, its mode, a flag of the index or a merge was gone afterwards.
"""

from collections.abc import Iterator
from pathlib import Path

from retrace.core.errors import RetraceError, first_few
from retrace.tools.repository.git import git, listed

# What Git keeps beside HEAD while something is unfinished, and what ends it.
OPERATIONS = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "BISECT_LOG": "bisect",
}

# `git ls-files -v`: S, or a small letter.
FLAGS = {"S": "skip-worktree", "h": "assume-unchanged", "s": "skip-worktree"}

MOST = 10  # lines


def check_can_be_put_aside() -> None:
    """Refuse a workspace that DVC could not bring back, or in which it could not keep an experiment.

    Raises
    ------
    RetraceError
        Naming what is in the way, and the command that takes it out of it.
    """
    check_keeps_experiments()
    problems = list(_operations()) or [*_flagged(), *_changes(), *_line_ends()]
    if problems:
        raise RetraceError(
            "DVC puts what is not committed aside to make an experiment, and would lose a part of it",
            details=problems[:MOST],
        )


def check_keeps_experiments() -> None:
    """Refuse a shallow or partial clone, and settings of Git that DVC cannot read.

    In a shallow clone DVC says that an experiment was kept, and keeps nothing; elsewhere it fails.
    """
    if git("rev-parse", "--is-shallow-repository") == "true":
        raise RetraceError(
            "this clone is shallow (without its history), and DVC keeps no experiment there: run"
            " `git fetch --unshallow`"
        )
    if git("config", "--get-regexp", r"^remote\..*\.promisor$") and _lacks_files():
        raise RetraceError(
            "this clone is partial (`git clone --filter`), and DVC cannot make an experiment of files"
            " that are on the remote alone: run `git fetch --refetch --no-filter`"
        )
    if unread := [setting for setting in listed("config", "--list", "-z") if not _is_utf8(setting)]:
        keys = first_few([setting.partition("\n")[0] for setting in unread])
        raise RetraceError(
            f"{keys} in Git's configuration: not UTF-8, so DVC cannot read it: set it again"
        )


def _is_utf8(text: str) -> bool:
    return not any("\udc80" <= letter <= "\udcff" for letter in text)


def _lacks_files() -> bool:
    return "\n?" in "\n" + git("rev-list", "--objects", "--missing=print", "HEAD")


def _operations() -> Iterator[str]:
    for name, operation in OPERATIONS.items():
        if Path(git("rev-parse", "--git-path", name)).exists():
            ending = "reset" if operation == "bisect" else "--continue`, or give it up, `git {0} --abort"
            yield f"a {operation} is in progress: end it, `git {operation} {ending.format(operation)}`"
            return


def _flagged() -> Iterator[str]:
    if git("config", "--type=bool", "core.sparseCheckout") == "true":
        yield "this is a sparse checkout: `git sparse-checkout disable`"
        return
    by_flag: dict[str, list[str]] = {}
    for line in listed("ls-files", "-v", "-z"):
        if flag := FLAGS.get(line[0]):
            by_flag.setdefault(flag, []).append(line[2:])
    for flag, paths in by_flag.items():
        yield f"{first_few(paths)}: marked `{flag}`: `git update-index --no-{flag} {' '.join(paths)}`"


def _changes() -> Iterator[str]:
    for line in listed("status", "--porcelain=v2", "--untracked-files=no", "--no-renames", "-z"):
        kind, state, *rest = line.split(" ")
        if kind == "u":
            yield f"{' '.join(rest[8:])}: not merged: mend it, then `git add` it"
        elif kind == "1":
            path = " ".join(rest[6:])
            if problem := _problem(state, before=rest[2], here=rest[3], path=path):
                yield f"{path}: {problem}"


def _line_ends() -> Iterator[str]:
    """Name the changed files that Git would write with other line ends than they have."""
    changed = listed("diff", "HEAD", "--name-only", "--diff-filter=AM", "-z")
    changed += listed("ls-files", "--modified", "-z")
    setting = git("config", "core.autocrlf") or "false"
    for line in listed("ls-files", "--eol", "-z", "--", *dict.fromkeys(changed)) if changed else []:
        facts, path = line.split("\t", 1)
        _, here, attributes = facts.split(maxsplit=2)
        converted = "-text" not in attributes and ("text" in attributes or setting != "false")
        crlf = "eol=crlf" in attributes or (setting == "true" and "eol=lf" not in attributes)
        if converted and here in {"w/mixed", "w/lf" if crlf else "w/crlf"}:
            ends = "CR LF" if crlf else "LF"
            yield f"{path}: its lines would end in {ends} afterwards: write them so, or commit that"


def _problem(state: str, *, before: str, here: str, path: str) -> str:
    """Say what is wrong with a change; ``before`` and ``here`` are modes, in the index and on disk."""
    if state == ".A":
        return "added with `--intent-to-add`: `git add` it whole"
    if state == "AD":
        return f"added, then deleted: `git rm --cached {path}`, or bring it back"
    if state[0] == "D" and Path(path).exists():
        return f"taken out of Git, but kept here: `git add {path}`, or commit that"
    if state[1] == "T":
        return "a link in place of a file, or a file in place of a link: commit that"
    if state[1] == "M" and before != here:
        return "another mode: commit that"
    return ""
