"""Names into commits, and the files that a commit holds: all that is asked of Git."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from retrace.core.errors import RetraceError, did_you_mean
from retrace.tools.repository.asking_git import ask_git, complaint, decoded

WORKSPACE = "workspace"

EXPERIMENT = re.compile(r"refs/exps/([0-9a-f]{2})/([0-9a-f]{38})/(.+)")


@dataclass(frozen=True)
class Experiment:
    """A finished DVC experiment: its name, its commit, and the commit that it started from."""

    name: str
    commit: str
    baseline: str


@dataclass(frozen=True)
class Tree:
    """The files of a commit, or those on disk.

    Attributes
    ----------
    name : str
        As the user wrote it.
    commit : str
        The full hash; of the workspace, that of the commit it stands on.
    """

    name: str
    commit: str
    kind: Literal["workspace", "commit", "experiment"]

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of those files that are there."""
        if self.kind == "workspace":
            return {path: Path(path).read_bytes() for path in paths if Path(path).is_file()}
        blobs = read_blobs(f"{self.commit}:./{path}" for path in paths)
        return {name.split(":./", 1)[1]: content for name, content in blobs.items()}

    def files(self, folder: str) -> list[str]:
        """Name the files that the commit holds in a folder and its subfolders."""
        return listed("ls-tree", "-r", "--name-only", "-z", self.commit, "--", f"{folder}/")


def git(*arguments: str, folder: Path | None = None) -> str:
    """Run Git and return what it prints; nothing where it fails."""
    run = ask_git(*arguments, folder=folder)
    return decoded(run.stdout).strip() if run.returncode == 0 else ""


def listed(*arguments: str, folder: Path | None = None) -> list[str]:
    """Run a command of Git that ends each name with a zero byte, and return the names."""
    return [name for name in git(*arguments, folder=folder).split("\0") if name]


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Git and the repository here; ``version`` is None where there is no git.

    Attributes
    ----------
    refusal : str
        Why Git sees no repository here, in its own words; empty where it does.
    """

    version: str | None
    refusal: str = ""
    name: str = ""
    email: str = ""
    shallow: bool = False


def setup() -> Setup:
    """Ask Git about itself and about the repository here."""
    try:
        output = git("--version")
    except RetraceError:
        return Setup(version=None)
    here = ask_git("rev-parse", "--git-dir")
    return Setup(
        version=output.split()[2],
        refusal=" ".join(decoded(here.stderr).split()) if here.returncode else "",
        name=os.environ.get("GIT_COMMITTER_NAME") or git("config", "user.name"),
        email=os.environ.get("GIT_COMMITTER_EMAIL") or git("config", "user.email"),
        shallow=git("rev-parse", "--is-shallow-repository") == "true",
    )


def find_tree(name: str) -> Tree:
    """Return the files that a branch, tag, commit or DVC experiment names; ``workspace`` is the disk.

    Raises
    ------
    RetraceError
        Nothing or several things have this name, or there is no commit yet.
    """
    head = require_commit("to compare with")
    if name == WORKSPACE:
        return Tree(name, head, "workspace")
    for candidate in _meanings(name):
        if commit := commit_of(candidate):
            _check_one_meaning(candidate)
            return Tree(candidate, commit, "commit")
    return Tree(name, _experiment(name, head).commit, "experiment")


def _meanings(name: str) -> Iterator[str]:
    """Yield what a name may stand for: as it is, else as a branch of a remote, of which few ask."""
    yield name
    for remote in remotes():
        yield f"{remote}/{name}"


def require_commit(why: str) -> str:
    """Return the commit that is checked out; `why` goes into the message where there is none.

    Raises
    ------
    RetraceError
        There is none, or Git refuses to look: then in its own words, which name the remedy.
    """
    if head := commit_of("HEAD"):
        return head
    refusal = setup().refusal
    if refusal and "not a git repository" not in refusal:
        raise RetraceError(f"git refuses: {refusal}")
    raise RetraceError(
        f"{Path.cwd()} has no Git commit {why}: run `git init`, `git add .` and `git commit -m start`"
    )


def _check_one_meaning(name: str) -> None:
    """Refuse a name that a branch and a tag share: Git takes the tag, and says so where nobody looks."""
    branch, tag = (commit_of(f"refs/{kind}/{name}") for kind in ("heads", "tags"))
    if branch and tag and branch != tag:
        raise RetraceError(f"a branch and a tag are called '{name}': say heads/{name} or tags/{name}")


def branch_here() -> str:
    """Return the branch that is checked out; nothing where there is none."""
    return git("symbolic-ref", "--quiet", "--short", "HEAD")


def remotes() -> list[str]:
    """Return Git's remotes, ``origin`` first where there is one."""
    return sorted(git("remote").split(), key=lambda name: name != "origin")


def experiments() -> list[Experiment]:
    """Return all finished DVC experiments of this clone."""
    lines = git("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps").splitlines()
    refs = ((line.split(" ", 1)[0], EXPERIMENT.fullmatch(line.split(" ", 1)[1])) for line in lines)
    return [
        Experiment(name=match[3], commit=commit, baseline=match[1] + match[2])
        for commit, match in refs
        if match
    ]


def read_blobs(names: Iterable[str]) -> dict[str, bytes]:
    """Read files of commits in one call; those that are not there are left out.

    Parameters
    ----------
    names : iterable of str
        Such as ``"HEAD:./params.yaml"``, relative to the current folder.

    Raises
    ------
    RetraceError
        Git has them, and cannot read them: damaged, or on a remote that does not answer.
    """
    if not (asked := list(names)):
        return {}
    text = "".join(f"{name}\n" for name in asked).encode("utf-8", errors="surrogateescape")
    run = ask_git("cat-file", "--batch", text=text)
    if run.returncode or run.stderr.startswith(b"error:"):
        raise RetraceError(f"git cannot read its own files: {complaint(run)}: `git fsck` names those")
    answer, contents, position = run.stdout, {}, 0
    for name in asked:
        end = answer.index(b"\n", position)
        header, position = answer[position:end].split(b" "), end + 1
        if header[-1] == b"missing":
            continue
        size = int(header[-1])
        if header[-2] == b"blob":
            contents[name] = answer[position : position + size]
        position += size + 1
    return contents


def has_changes() -> bool:
    """Tell whether the workspace differs from the commit that it stands on."""
    return bool(git("status", "--porcelain"))


def commit_of(name: str) -> str:
    """Return the full hash of the commit that a name stands for; nothing where it is none."""
    return git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")


def _experiment(name: str, head: str) -> Experiment:
    known = experiments()
    named = [experiment for experiment in known if experiment.name == name]
    here = [experiment for experiment in named if experiment.baseline == head]
    if len(here or named) == 1:
        return (here or named)[0]
    if named:
        commits = ", ".join(experiment.commit[:12] for experiment in named)
        raise RetraceError(
            f"{len(named)} experiments are called '{name}': give the commit of one ({commits})"
        )
    refs = git("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
    names = {*refs.splitlines(), *(each.name for each in known)}
    if name in names:
        raise RetraceError(f"'{name}' is a tag of something else than a commit: name a commit")
    nearest = did_you_mean(name, names)
    raise RetraceError(
        f"'{name}' is no branch, tag, commit or DVC experiment of this clone{nearest}: `git branch"
        " --all` and `dvc exp list --all-commits` name them, `git fetch` brings new ones"
    )
