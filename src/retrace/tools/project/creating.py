"""A project's folder: files in, a Git repository with its first commit out."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from retrace.core.errors import RetraceError
from retrace.tools.repository.asking_git import ask_git, complaint, decoded

# In the message of each commit that holds a template as it is: what `retrace update` starts from.
MARK = "Retrace-Template:"

PROGRAMS = {".ci/same", ".github/on_main.sh", ".github/runner/clean.sh", ".github/runner/job-started.sh"}


def message(version: str) -> str:
    """Return the message of a commit of the template."""
    return f"The template of retrace-ml {version}\n\n{MARK} {version}"


def make_project(
    folder: Path, files: Mapping[str, bytes], version: str, then: Callable[[], None] | None = None
) -> None:
    """Write a project and commit it; what fails leaves nothing behind.

    Parameters
    ----------
    folder : Path
        Not there yet, or empty.
    then : callable or None
        What is to be done in the folder before it is whole.

    Raises
    ------
    RetraceError
        The folder holds something, or Git refuses.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RetraceError(f"{folder} is there already: name a new folder, or remove it")
    was_there = folder.is_dir()
    try:
        write(folder, files)
        run_git(folder, "init", "--quiet", "--initial-branch=main")
        commit_all(folder, message(version))
        if then is not None:
            then()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if was_there:
            folder.mkdir()
        raise


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of a template."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if name in PROGRAMS:
            path.chmod(0o755)


def commit_all(folder: Path, subject: str) -> None:
    """Commit all that Git does not ignore."""
    run_git(folder, "add", "--all")
    run_git(folder, "commit", "--quiet", "--message", subject)


def run_git(folder: Path, *arguments: str) -> str:
    """Run Git in a folder, and return what it prints.

    Raises
    ------
    RetraceError
        It fails; the message is Git's own.
    """
    run = ask_git(*arguments, folder=folder)
    if run.returncode == 0:
        return decoded(run.stdout).strip()
    if b"tell me who you are" in run.stderr or b"empty ident" in run.stderr:
        raise RetraceError(
            "git does not know who commits: `git config --global user.name <name>` and user.email"
        )
    raise RetraceError(f"git {arguments[0]} in {folder}: {complaint(run)}")
