"""SLURM's programs, as far as this project asks them: here stand-ins that answer what a test wants."""

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.submission import slurm
from retrace.tools.submission.slurm import Job


@pytest.fixture
def answer(tmp_path, monkeypatch):
    """Let a program of SLURM's say something, and note what it was told."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def program(name, said="", status=0):
        text = f'#!/bin/sh\necho "$@" > {tmp_path}/told\nprintf "{said}"\nexit {status}\n'
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
        return lambda: (tmp_path / "told").read_text()

    return program


def job(tmp_path, number="7"):
    return Job(number=number, name="train", log=tmp_path / "train.log")


def test_a_job_runs_its_command_and_notes_how_it_ended(answer, tmp_path):
    told = answer("sbatch", "12;cluster\\n")
    found = slurm.submit("train", ["echo", "a b"], tmp_path / "train.log", ["--gpus=1"])
    assert (found.number, found.status) == ("12", tmp_path / "train.status")
    assert "--job-name=train" in told()
    assert "--gpus=1 --wrap=echo 'a b'; status=$?; echo $status > " in told()
    slurm.submit("report", ["true"], tmp_path / "report.log", [], after=found)
    assert "--dependency=afterok:12 --kill-on-invalid-dep=yes" in told()


def test_states_are_those_of_squeue_and_of_what_the_job_wrote(answer, tmp_path):
    answer("squeue", "7 RUNNING\\n8 FAILED\\n")
    jobs = [job(tmp_path, number) for number in ("7", "8", "9")]
    assert slurm.states(jobs) == {"7": "RUNNING", "8": "FAILED", "9": "GONE"}
    (tmp_path / "train.status").write_text("0\n")
    assert slurm.states(jobs)["9"] == "COMPLETED"
    answer("squeue", "no answer", status=1)
    assert slurm.states(jobs) is None


def test_a_refusal_and_a_missing_program_are_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RetraceError, match=r"scancel is not here: .* its login node"):
        slurm.cancel([job(tmp_path)])
