"""One DVC experiment beside the workspace: run it, wait for it, leave the workspace as it was."""

import os
import signal
import subprocess
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from retrace.core.artifacts import METRICS_JSON
from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import start_dvc
from retrace.tools.repository.git import experiments, git, read_blobs
from retrace.tools.repository.putting_aside import check_can_be_put_aside
from retrace.tools.repository.sides import parse_metrics

# DVC says this of a stage when the workspace is its old self again.
STAGE_STARTS = "Running stage"

# Lines of DVC's own that say less than what the stage said before them.
WRAPPING = ("ERROR: failed to reproduce", "ERROR: unexpected error")

FOOTER = "Having any troubles?"


@dataclass(frozen=True)
class Failure:
    """An experiment that failed: its name, what it said last, and where all of it is."""

    name: str
    said: str
    log: Path


def run_experiment(
    name: str, overrides: Sequence[str], log: Path, *, kept: str = "finished runs are kept"
) -> Failure | None:
    """Run the workspace's pipeline, uncommitted changes included, in a folder of DVC's own.

    Parameters
    ----------
    name : str
        Of the experiment.
    overrides : sequence of str
        Such as ``"models.svm.C=10"``.
    log : Path
        Where all that DVC says goes.
    kept : str
        What Ctrl-C leaves, for its message.

    Returns
    -------
    Failure or None
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    options = [word for override in overrides for word in ("-S", override)]
    with log.open("w", encoding="utf-8") as file:
        # In a session of its own: Ctrl-C would else reach DVC while the workspace is put aside.
        process = start_dvc(
            "exp",
            "run",
            "--temp",
            *options,
            "--name",
            name,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        status = _wait(process, log, kept)
    return Failure(name, _last_words(log), log) if status else None


def validation_scores(names: Iterable[str]) -> dict[str, dict[str, float]]:
    """Return the scores of finished experiments on the validation part, by the experiments' names.

    Raises
    ------
    ComparisonError
        The metrics of one are damaged.
    """
    commits = {each.name: each.commit for each in experiments()}
    files = {name: f"{commits[name]}:./{METRICS_JSON}" for name in names if name in commits}
    contents = read_blobs(files.values())
    return {
        name: parse_metrics(contents[file], name).get("validation", {})
        for name, file in files.items()
        if file in contents
    }


@contextmanager
def unchanged_workspace() -> Iterator[None]:
    """For a moment DVC puts uncommitted changes aside: keep a copy, in case it cannot put them back.

    Raises
    ------
    RetraceError
        Before anything is done, where it could not; afterwards, where it did not.
    """
    check_can_be_put_aside()
    identity = ("-c", "user.name=retrace", "-c", "user.email=retrace@localhost")
    before, copy = git("diff", "HEAD"), git(*identity, "stash", "create")
    try:
        yield
    finally:
        if git("diff", "HEAD") != before:
            back = f"git checkout . && git stash apply {copy}" if copy else "git checkout ."
            raise RetraceError(f"DVC left the workspace changed: `{back}` brings it back")


def check_known_to_git(sources: Collection[str]) -> None:
    """DVC's experiments are made of what Git knows, so a new file would be missing there.

    Parameters
    ----------
    sources : collection of str
        The files and folders that the pipeline depends on.
    """
    untracked = git("ls-files", "--others", "--exclude-standard", "-z").split("\0")
    unknown = [
        name
        for name in untracked
        if name and any(name == path or name.startswith(f"{path}/") for path in sources)
    ]
    if unknown:
        raise RetraceError(
            f"{', '.join(unknown)}: not known to Git, so an experiment would lack it: run"
            f" `git add {' '.join(unknown)}`"
        )


def _wait(process: subprocess.Popen[str], log: Path, kept: str) -> int:
    """Wait for DVC; after Ctrl-C end it, but not before it has put the workspace back."""
    try:
        return process.wait()
    except KeyboardInterrupt:
        while process.poll() is None and STAGE_STARTS not in log.read_text(errors="replace"):
            time.sleep(0.1)
        if process.poll() is None:
            _interrupt(process)
        process.wait()
        raise RetraceError(
            f"interrupted: the workspace is as it was, {kept}, the same command goes on"
        ) from None


def _interrupt(process: subprocess.Popen[str]) -> None:
    if os.name == "nt":
        process.terminate()
    else:
        os.killpg(process.pid, signal.SIGINT)


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    said = [line for line in lines if line and not line.startswith((*WRAPPING, FOOTER))]
    errors = [line for line in said if line.lower().startswith("error")]
    wrapping = [line for line in lines if line.startswith(WRAPPING[1])]
    return (errors or wrapping or said or ["it said nothing"])[-1]
