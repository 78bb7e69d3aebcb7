"""Jobs watched to their end: what became of each, and none left behind by Ctrl-C."""

import time
from collections.abc import Callable, Mapping, Sequence

from retrace.core.errors import RetraceError
from retrace.tools.submission import slurm
from retrace.tools.submission.slurm import DONE, GONE, LIVING, Job

SECONDS_BETWEEN_LOOKS = 2.0

# A job may be unknown for a moment after SLURM's controller was started again.
LOOKS_BEFORE_GONE = 5


def follow(
    jobs: Sequence[Job], on_end: Callable[[Job, str], None], pause: float = SECONDS_BETWEEN_LOOKS
) -> dict[str, str]:
    """Wait until all jobs have ended; a controller that is away for a while is waited for.

    Parameters
    ----------
    jobs : sequence of Job
        Submitted ones.
    on_end : callable
        Told each job that ends, and its state.

    Returns
    -------
    dict of str to str
        The last state of each job, by its number.

    Raises
    ------
    RetraceError
        Ctrl-C: what had not ended is cancelled.
    """
    ended: dict[str, str] = {}
    missed: dict[str, int] = {}
    try:
        while living := [job for job in jobs if job.number not in ended]:
            now = slurm.states(living)
            for job in living if now is not None else []:
                state = (now or {})[job.number]
                missed[job.number] = missed.get(job.number, 0) + 1 if state == GONE else 0
                if state in LIVING or 0 < missed[job.number] < LOOKS_BEFORE_GONE:
                    continue
                ended[job.number] = state
                on_end(job, state)
            if len(ended) < len(jobs):
                time.sleep(pause)
    except KeyboardInterrupt:
        left = [job for job in jobs if job.number not in ended]
        slurm.cancel(left)
        raise RetraceError(
            f"interrupted: {len(left)} jobs are cancelled; what has ended is kept, the same command goes"
            " on"
        ) from None
    return ended


def conclude(jobs: Sequence[Job], ended: Mapping[str, str]) -> str:
    """Say how many ended well.

    Raises
    ------
    RetraceError
        One did not; its details name the logs.
    """
    failed = [job for job in jobs if ended[job.number] != DONE]
    if failed:
        raise RetraceError(
            f"{len(failed)} of {len(jobs)} jobs failed",
            details=[line for job in failed for line in _explained(job, ended[job.number])],
        )
    return f"all {len(jobs)} jobs ended well"


def _explained(job: Job, state: str) -> list[str]:
    if not job.log.is_file():
        return [f"{job.name}: {state}, it did not start"]
    lines = job.log.read_text(encoding="utf-8", errors="replace").splitlines()
    said = [line.strip() for line in lines if line.strip()]
    errors = [line for line in said if line.lower().startswith("error")]
    return [
        f"{job.name}: {state}: {[*errors[:1], *said[-1:], 'it said nothing'][0]}",
        f"its log: {job.log}",
    ]
