import pytest

from retrace.core.errors import RetraceError
from retrace.tools.submission import slurm
from retrace.tools.submission.following import conclude, follow
from retrace.tools.submission.slurm import Job


@pytest.fixture
def jobs(tmp_path):
    return [Job(number=str(n), name=f"job-{n}", log=tmp_path / f"{n}.log") for n in (1, 2)]


def say(monkeypatch, *looks):
    """Let SLURM answer this, look after look."""
    answers = iter(looks)
    monkeypatch.setattr(slurm, "states", lambda living: next(answers))


def test_jobs_are_waited_for_also_while_the_controller_is_away(jobs, monkeypatch):
    say(
        monkeypatch,
        {"1": "RUNNING", "2": "PENDING"},
        None,
        {"1": "GONE", "2": "GONE"},
        {"1": "COMPLETED", "2": "RUNNING"},
        {"2": "TIMEOUT"},
    )
    told = []
    ended = follow(jobs, lambda job, state: told.append((job.name, state)), pause=0)
    assert ended == {"1": "COMPLETED", "2": "TIMEOUT"}
    assert told == [("job-1", "COMPLETED"), ("job-2", "TIMEOUT")]


def test_a_job_that_stays_unknown_has_failed(jobs, monkeypatch):
    say(monkeypatch, *[{"1": "GONE"}] * 5)
    assert follow(jobs[:1], lambda job, state: None, pause=0) == {"1": "GONE"}


def test_ctrl_c_cancels_what_has_not_ended(jobs, monkeypatch):
    def states(living):
        if len(living) == 1:
            raise KeyboardInterrupt
        return {"1": "COMPLETED", "2": "RUNNING"}

    cancelled = []
    monkeypatch.setattr(slurm, "states", states)
    monkeypatch.setattr(slurm, "cancel", cancelled.extend)
    with pytest.raises(RetraceError, match="interrupted: 1 jobs are cancelled"):
        follow(jobs, lambda job, state: None, pause=0)
    assert cancelled == jobs[1:]


def test_a_failure_names_the_log_and_what_the_stage_said(jobs):
    jobs[0].log.write_text("train\nerror: no row\nERROR: failed to reproduce\nthe end\n")
    with pytest.raises(RetraceError, match="2 of 2 jobs failed") as raised:
        conclude(jobs, {"1": "FAILED", "2": "CANCELLED"})
    assert raised.value.details == (
        "job-1: FAILED: error: no row",
        f"its log: {jobs[0].log}",
        "job-2: CANCELLED, it did not start",
    )
    assert conclude(jobs, {"1": "COMPLETED", "2": "COMPLETED"}) == "all 2 jobs ended well"
