"""Lines under a Git reference of their own, to which lines are only added: here, and at the remote.

The reference names a commit whose one file holds the lines; each change is a commit on top of it. Git
moves it only from where it was seen, so that of two who add at once the later one reads again.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from retrace.core.errors import RetraceError
from retrace.tools.repository.asking_git import ask_git, complaint, decoded
from retrace.tools.repository.bases import remote
from retrace.tools.repository.git import commit_of, git, read_blobs, remotes

LOOKS = "refs/retrace/looks"
FILE = "looks.jsonl"
NOTHING = "0" * 40  # what Git calls a reference that is not there

TRIES = 5

Make = Callable[[list[str]], str | None]


class Ledger(NamedTuple):
    """The lines as far as they are known; ``unread`` says why those of the remote may be missing."""

    lines: list[str]
    unread: str


def read_ledger(*, ask_remote: bool = True) -> Ledger:
    """Return the lines of this clone and of its remote, whose lines come first."""
    theirs, unread = _of_remote() if ask_remote else ("", "")
    return Ledger(_union(theirs, commit_of(LOOKS)), unread)


def add_line(make: Make) -> str:
    """Add a line here and, where the remote takes it, there; return why it is only here.

    Parameters
    ----------
    make : callable
        Is given the lines that there are, each time that they have changed, and returns the one to
        add; None where it is among them.

    Raises
    ------
    RetraceError
        Git cannot write, or others add lines all the time.
    """
    for _ in range(TRIES):
        here = commit_of(LOOKS)
        theirs, obstacle = _of_remote()
        lines = _union(theirs, here)
        line = make(lines)
        commit = _commit([*lines, *([line] if line else [])], [each for each in (theirs, here) if each])
        if remotes() and not obstacle and commit != theirs:
            obstacle = _push(commit, theirs)
            if obstacle and _of_remote()[0] != theirs:
                continue  # somebody else was faster
        if ask_git("update-ref", LOOKS, commit, here or NOTHING).returncode == 0:
            return obstacle
    raise RetraceError(f"{LOOKS} was changed by others {TRIES} times meanwhile: try again")


def _of_remote() -> tuple[str, str]:
    """Return the commit that the remote's reference names, or nothing, and why it is not known."""
    if not remotes():
        return "", ""
    place = remote()
    listed = ask_git("ls-remote", place, LOOKS)
    if listed.returncode:
        return "", complaint(listed)
    commit = decoded(listed.stdout).partition("\t")[0]
    if not commit:
        return "", ""
    # Its own name, as another may have been added since.
    brought = ask_git("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", place, LOOKS)
    return (commit, "") if brought.returncode == 0 else ("", complaint(brought))


def _union(*commits: str) -> list[str]:
    files = read_blobs(f"{commit}:{FILE}" for commit in commits if commit)
    lines = [line for content in files.values() for line in decoded(content).splitlines()]
    return list(dict.fromkeys(line for line in lines if line))


def _commit(lines: Sequence[str], parents: Sequence[str]) -> str:
    """Return a commit of these lines: a new one, unless a parent holds them and all that is older."""
    for parent in parents:
        apart = [each for each in parents if not _is_ancestor(each, parent)]
        if not apart and _union(parent) == list(lines):
            return parent
    text = "".join(f"{line}\n" for line in lines).encode("utf-8", errors="surrogateescape")
    blob = _written("hash-object", "-w", "--stdin", text=text)
    tree = _written("mktree", text=f"100644 blob {blob}\t{FILE}\n".encode())
    known = git("var", "GIT_COMMITTER_IDENT")
    who = () if known else ("-c", "user.name=retrace", "-c", "user.email=retrace@localhost")
    after = [word for parent in dict.fromkeys(parents) for word in ("-p", parent)]
    return _written(*who, "commit-tree", tree, *after, "-m", "A look at the test part")


def _is_ancestor(first: str, second: str) -> bool:
    return ask_git("merge-base", "--is-ancestor", first, second).returncode == 0


def _written(*arguments: str, text: bytes | None = None) -> str:
    run = ask_git(*arguments, text=text)
    if run.returncode:
        raise RetraceError(f"git cannot write {LOOKS}: {complaint(run)}")
    return decoded(run.stdout).strip()


def _push(commit: str, seen: str) -> str:
    """Move the remote's reference from where it was seen; return what Git says where it does not."""
    lease = f"--force-with-lease={LOOKS}:{seen}"
    # Hooks look at code: `retrace check` before a push has nothing to do with these lines.
    run = ask_git("push", "--porcelain", "--no-verify", lease, remote(), f"{commit}:{LOOKS}")
    if run.returncode == 0:
        return ""
    refused = [line.rpartition("\t")[2] for line in decoded(run.stdout).splitlines() if line[:1] == "!"]
    return refused[0] if refused else complaint(run)
