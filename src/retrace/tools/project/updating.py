"""A newer template into a project: a commit of it beside those of before, and Git's own merge.

Each template as it is has a commit, whose parent is the one before; `retrace new` makes the first. So
Git knows what a project was made from, merges each file by three versions, and shows conflicts as ever.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from retrace.core.errors import RetraceError
from retrace.tools.project.creating import MARK, commit_all, message, run_git, write
from retrace.tools.project.template import Files
from retrace.tools.repository.asking_git import ask_git, complaint
from retrace.tools.repository.git import commit_of, git, has_changes, listed


@dataclass(frozen=True, kw_only=True)
class Update:
    """What an update did.

    Attributes
    ----------
    before : str
        The version of the library that the template was of.
    changed, conflicts : list of str
        Files that the merge changed, and those among them where somebody has to decide.
    """

    before: str
    changed: list[str]
    conflicts: list[str]


def last_template() -> tuple[str, str]:
    """Return the commit of the template that the project here has, and the version of it.

    Raises
    ------
    RetraceError
        The history has none, or the project has changes that are not committed.
    """
    if not commit_of("HEAD"):
        raise RetraceError(f"{Path.cwd()} has no Git commit: `retrace new` makes a project")
    commit = git("log", f"--grep=^{MARK}", "--max-count=1", "--format=%H", "HEAD")
    if not commit:
        raise RetraceError(
            "no commit of the history here is a template's: `retrace update` is for projects of `retrace"
            " new`, with their history (`git fetch --unshallow` where a clone is shallow)"
        )
    if has_changes():
        raise RetraceError("there are changes that are not committed: commit or stash them, then update")
    text = git("log", "--max-count=1", "--format=%B", commit)
    return commit, text.partition(MARK)[2].split()[0]


def name_of_project(commit: str) -> str:
    """Return the project's name as the template's README has it."""
    title = git("show", f"{commit}:README.md").partition("\n")[0]
    return title.removeprefix("# ") or Path.cwd().name


def update(base: str, before: str, files: Files, version: str) -> Update:
    """Merge a template into the project here, and leave the commit to the user.

    Parameters
    ----------
    base, before : str
        As `last_template` returns them.
    files, version
        The template to come.
    """
    commit = _commit(base, files, version)
    if git("rev-parse", f"{commit}^{{tree}}") == git("rev-parse", f"{base}^{{tree}}"):
        return Update(before=before, changed=[], conflicts=[])
    run = ask_git("merge", "--no-commit", "--no-ff", commit)
    conflicts = sorted(set(listed("diff", "--name-only", "--diff-filter=U", "-z")))
    if run.returncode and not conflicts:
        raise RetraceError(f"git merge: {complaint(run)}")
    return Update(
        before=before, changed=listed("diff", "--name-only", "-z", "HEAD"), conflicts=conflicts
    )


def _commit(base: str, files: Files, version: str) -> str:
    """Make a commit of a template, its parent the one before; no branch is touched."""
    here = Path()
    with tempfile.TemporaryDirectory(prefix="retrace-") as place:
        folder = Path(place)
        write(folder, files)
        run_git(folder, "init", "--quiet", "--initial-branch=main")
        for key in ("user.name", "user.email"):
            if value := git("config", key):
                run_git(folder, "config", key, value)
        commit_all(folder, message(version))
        run_git(here, "fetch", "--quiet", "--no-tags", str(folder), "main")
    tree = run_git(here, "rev-parse", "FETCH_HEAD^{tree}")
    return run_git(here, "commit-tree", tree, "-p", base, "-m", message(version))
