"""SLURM's own programs: hand a job over, ask how it is, cancel it."""

import shlex
import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrace.core.errors import RetraceError

SECONDS_TO_ANSWER = 30

LIVING = {"PENDING", "CONFIGURING", "RUNNING", "COMPLETING", "SUSPENDED", "REQUEUED", "RESIZING"}

DONE, GONE = "COMPLETED", "GONE"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job that SLURM has taken; ``key`` is what its owner calls it."""

    number: str
    name: str
    log: Path
    key: str = ""

    @property
    def status(self) -> Path:
        """Where the job itself writes its exit status: SLURM forgets it after some minutes."""
        return self.log.with_suffix(".status")


def submit(
    name: str,
    command: Sequence[str],
    log: Path,
    options: Sequence[str],
    *,
    key: str = "",
    after: Job | None = None,
) -> Job:
    """Hand a command over, to be run in this folder.

    Parameters
    ----------
    log : Path
        Where all that it says goes.
    options : sequence of str
        Of sbatch.
    after : Job, optional
        Which must have ended well before.

    Raises
    ------
    RetraceError
        SLURM is not here, does not answer, or refuses.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    status = log.with_suffix(".status")
    status.unlink(missing_ok=True)
    script = f"{shlex.join(command)}; status=$?; echo $status > {shlex.quote(str(status))}; exit $status"
    depends = [f"--dependency=afterok:{after.number}", "--kill-on-invalid-dep=yes"] if after else []
    output = _ask(
        "sbatch",
        "--parsable",
        f"--job-name={name}",
        f"--output={log}",
        *depends,
        *options,
        f"--wrap={script}",
    )
    return Job(number=output.strip().partition(";")[0], name=name, log=log, key=key)


def states(jobs: Collection[Job]) -> dict[str, str] | None:
    """Return the state of each job by its number; None where SLURM gives no answer now."""
    try:
        output = _ask("squeue", "--noheader", "--states=all", "--format=%i %T")
    except RetraceError:
        return None
    known = dict(line.split() for line in output.splitlines() if line.strip())
    return {job.number: known.get(job.number) or _own_word(job) for job in jobs}


def cancel(jobs: Collection[Job]) -> None:
    """End jobs, those that wait included."""
    if jobs:
        _ask("scancel", *(job.number for job in jobs))


def _own_word(job: Job) -> str:
    try:
        return DONE if job.status.read_text().strip() == "0" else "FAILED"
    except OSError:
        return GONE


def _ask(*command: str) -> str:
    try:
        run = subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS_TO_ANSWER, check=False
        )
    except FileNotFoundError as error:
        raise RetraceError(
            f"{command[0]} is not here: `retrace submit` runs where SLURM takes jobs, its login node"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise RetraceError(f"{command[0]} gives no answer in {SECONDS_TO_ANSWER} seconds") from error
    if run.returncode:
        raise RetraceError(f"{command[0]} refuses: {' '.join(run.stderr.split())}")
    return run.stdout
