"""Git, as a program that is asked: its answer in bytes, and what is said where it has none."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from retrace.core.errors import RetraceError
from retrace.tools.repository.addresses import without_secrets

# Its messages are looked at, so they must not be in the user's language.
ENGLISH = {"LC_ALL": "C"}


def ask_git(
    *arguments: str,
    folder: Path | None = None,
    text: bytes | None = None,
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run Git, and leave its answer and its exit status to the caller.

    Parameters
    ----------
    folder : Path or None
        Where it runs; None stands for the current folder.
    text : bytes or None
        What it reads from standard input.
    variables : mapping of str to str or None
        What is in its environment besides.

    Raises
    ------
    RetraceError
        There is no Git, or files of a partial clone are on a remote that does not answer.
    """
    try:
        run = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            input=text,
            env=os.environ | ENGLISH | dict(variables or {}),
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise RetraceError("git is not installed: install it from https://git-scm.com") from None
    if run.returncode and b"promisor remote" in run.stderr:
        raise RetraceError(
            "this clone is partial (`git clone --filter`), and Git cannot fetch the files that it lacks:"
            f" {complaint(run)}: where the remote answers, `git fetch --refetch --no-filter` brings all"
        )
    return run


def complaint(run: subprocess.CompletedProcess[bytes]) -> str:
    """Return the first line of what Git said of a failure."""
    lines = decoded(run.stderr).strip().splitlines()
    return without_secrets(lines[0]) if lines else f"exit status {run.returncode}"


def decoded(output: bytes) -> str:
    """Decode what Git prints: names and contents may be of any encoding, whatever this machine's is."""
    return output.decode("utf-8", errors="surrogateescape")
