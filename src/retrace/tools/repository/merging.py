"""A merge of Git's: what both sides have, what it makes of them, and where it is left to a person."""

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from retrace.core.artifacts import save_bytes
from retrace.core.errors import RetraceError
from retrace.tools.repository.asking_git import ask_git, complaint, decoded
from retrace.tools.repository.git import git, listed, read_blobs
from retrace.tools.repository.lock import LOCK, Lock, parse_lock
from retrace.tools.repository.stages import Stage, read_stages

# Git tells a driver which commits it merges by a variable for each.
HEAD = re.compile(r"GITHEAD_([0-9a-f]{40,64})")

DRIVER = "retrace"

MARK = "# by `retrace merge-lock --set-up`: .gitattributes holds for clones without it"


@dataclass(frozen=True)
class MergeSide:
    """One of the two commits of a merge: its lock, and where its files are, as Git names them."""

    lock: Lock
    prefix: str

    def content(self, path: str) -> bytes | None:
        """Return a file of this side; None where it has none."""
        name = f"{self.prefix}{path}"
        return read_blobs([name]).get(name)


def sides(ours: str, theirs: str) -> tuple[MergeSide, MergeSide]:
    """Return both sides of a merge.

    Parameters
    ----------
    ours, theirs : str
        What stands before a path: ``"HEAD:./"`` of a commit, ``":2:./"`` of a conflict in the index.
    """
    unread = [MergeSide(Lock({}), prefix) for prefix in (ours, theirs)]
    contents = [side.content(str(LOCK)) or b"" for side in unread]
    locks = [
        parse_lock(content, f"{LOCK} of {side.prefix}")
        for content, side in zip(contents, unread, strict=True)
    ]
    return MergeSide(locks[0], ours), MergeSide(locks[1], theirs)


def merged_commit() -> str:
    """Return the commit that `git merge` brings in, while it runs; nothing where it is no plain merge.

    Of a rebase, a cherry-pick, and of several heads at once Git does not tell.
    """
    commits = [match[1] for name in os.environ if (match := HEAD.fullmatch(name))]
    return commits[0] if len(commits) == 1 else ""


def merged_tree(theirs: str) -> tuple[str, set[str]]:
    """Return the files that a merge will make, as Git's name of them, and the paths with a conflict.

    While Git merges, the files on disk are still those of before; so the merge is made once more, as
    objects.

    Raises
    ------
    RetraceError
        Git cannot do that: it is older than 2.38.
    """
    # The driver would be asked again, and again.
    alone = ("-c", f"merge.{DRIVER}.driver=false")
    options = ("--write-tree", "--name-only", "--no-messages", "-z")
    run = ask_git(*alone, "merge-tree", *options, "HEAD", theirs)
    tree, *paths = decoded(run.stdout).split("\0")
    if run.returncode not in {0, 1} or not tree:
        raise RetraceError(f"git merge-tree fails: {complaint(run)}")
    return tree, set(filter(None, paths))


def stages_of(tree: str) -> list[Stage]:
    """Return the stages of the files that a tree of Git's holds, whatever lock is among them."""
    with tempfile.TemporaryDirectory(prefix="retrace-merge-") as place:
        folder = _written(tree, Path(place).resolve())
        (folder / LOCK).unlink(missing_ok=True)
        return read_stages(folder)


def _written(tree: str, place: Path) -> Path:
    own = {"GIT_INDEX_FILE": str(place / "index")}
    for arguments in (("read-tree", tree), ("checkout-index", "--all", f"--prefix={place}/files/")):
        run = ask_git(*arguments, variables=own)
        if run.returncode:
            raise RetraceError(f"git {arguments[0]} fails: {complaint(run)}")
    folder = place / "files"
    (folder / ".dvc").mkdir(exist_ok=True)
    (folder / ".dvc/config.local").write_text("[core]\n    no_scm = true\n")
    return folder


def conflicts() -> set[str]:
    """Return the paths that a merge, rebase or cherry-pick left to a person."""
    return {line.partition("\t")[2] for line in listed("ls-files", "--unmerged", "-z")}


def settle(contents: dict[str, bytes]) -> None:
    """Write files, and tell Git that their conflict is ended.

    Raises
    ------
    RetraceError
        Git does not take them.
    """
    for path, content in contents.items():
        save_bytes(content, Path(path))
    run = ask_git("add", "--force", "--", *contents)
    if run.returncode:
        raise RetraceError(f"git add fails: {complaint(run)}")


def set_driver(outputs: Collection[str]) -> Path:
    """Let Git merge dvc.lock, and the outputs that it keeps, by `retrace merge-lock`, in this clone.

    What says so is in no commit: Git takes a driver that a clone does not know for none, and would merge
    the lines of two runs. There, and on a server, `-merge` of .gitattributes keeps them apart.

    Returns
    -------
    Path
        The file of attributes that was written.

    Raises
    ------
    RetraceError
        The project is not at the top of its Git repository.
    """
    if prefix := git("rev-parse", "--show-prefix"):
        raise RetraceError(
            f"{prefix} is a folder of a Git repository: Git's top folder is needed for this"
        )
    program = f"{shlex.quote(sys.executable)} -m retrace merge-lock %O %A %B %P"
    for key, value in {
        "name": "dvc.lock and what follows it, stage by stage",
        "driver": program,
        "recursive": "binary",  # what two merges have in common was never run
    }.items():
        git("config", f"merge.{DRIVER}.{key}", value)
    path = Path(git("rev-parse", "--git-path", "info/attributes"))
    before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    others = [line for line in before if line != MARK and not line.endswith(f" merge={DRIVER}")]
    own = [f"/{name} merge={DRIVER}" for name in (str(LOCK), *sorted(outputs))]
    path.parent.mkdir(exist_ok=True)
    save_bytes("".join(f"{line}\n" for line in [*others, MARK, *own]).encode(), path)
    return path
