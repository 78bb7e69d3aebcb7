"""Two runs at once, and runs that are ended: outputs, scores and lock stay of one run."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def ended_well(run):
    run.communicate()
    assert run.returncode == 0


def test_a_second_run_of_either_kind_is_refused_and_the_first_ends_well(pipeline):
    first = pipeline.start_training("retrace", "repro", C=2.0, warm=True)
    for _ in range(2):
        second = pipeline.retrace("repro", check=False)
        named = re.match(r"error: `retrace repro` \(process (\d+), since ", second.stderr)
        assert Path(f"/proc/{named[1]}/cwd").samefile(pipeline.folder)
        assert len(second.stderr.splitlines()) == 1
    assert "is busy" in pipeline.dvc("repro", check=False).stderr
    pipeline.let_go()
    ended_well(first)
    assert pipeline.is_true(C=2.0)


def test_beside_a_plain_dvc_repro_nothing_is_put_back(pipeline):
    first = pipeline.start_training("dvc", "repro", C=2.0, warm=True)
    second = pipeline.retrace("repro", check=False)
    assert "writes outputs here: wait for it" in second.stderr
    assert not (pipeline / "cache/model.joblib").exists()
    pipeline.let_go()
    ended_well(first)
    assert pipeline.is_true(C=2.0)


@pytest.mark.parametrize("size", [30, -30])
def test_a_lock_that_a_kill_cut_off_is_brought_back_from_git(pipeline, size):
    whole = pipeline.read("dvc.lock")
    (pipeline / "dvc.lock").write_bytes(whole[:size])
    assert (
        "dvc.lock was cut off, so the committed one was brought back" in pipeline.retrace("repro").stdout
    )
    assert pipeline.read("dvc.lock") == whole
    assert pipeline.read(".retrace/damaged_dvc.lock") == whole[:size]


def test_a_lock_with_the_marks_of_a_merge_is_left_to_the_user(pipeline):
    marked = b"<<<<<<< HEAD\n" + pipeline.read("dvc.lock")
    (pipeline / "dvc.lock").write_bytes(marked)
    run = pipeline.retrace("repro", check=False)
    assert (run.returncode, "git checkout dvc.lock" in run.stderr) == (1, True)
    assert pipeline.read("dvc.lock") == marked


def members(group):
    listed = subprocess.run(["ps", "-eo", "pgid="], capture_output=True, text=True, check=True)
    return listed.stdout.split().count(str(group))


def children(process):
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, parent in pairs if int(parent) == process.pid]


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGINT,
        *(pytest.param(each, marks=pytest.mark.long) for each in (signal.SIGTERM, signal.SIGHUP)),
    ],
)
def test_who_ends_a_run_ends_all_of_it_and_has_the_old_outputs(pipeline, number):
    run = pipeline.start_training("retrace", "repro", C=2.0)
    (group,) = children(run)
    os.kill(run.pid, number)
    _, error = run.communicate()
    assert run.returncode == 128 + number
    assert "Traceback" not in error.split("ERROR")[-1]
    assert members(group) == 0
    assert pipeline.read("cache/model.joblib") == b"1.0"
    pipeline.let_go()
    pipeline.retrace("repro")
    assert pipeline.is_true(C=2.0)


def test_a_run_whose_retrace_was_killed_still_holds_the_folder(pipeline):
    run = pipeline.start_training("retrace", "repro", C=2.0)
    (left,) = children(run)
    run.kill()
    run.wait()
    said = pipeline.retrace("repro", check=False).stderr
    assert said.startswith(f"error: the `dvc repro` that `retrace repro` (process {run.pid}, since ")
    pipeline.let_go()
    while members(left):
        time.sleep(0.05)
    run.communicate()
    assert pipeline.is_true(C=2.0)


def test_only_bytes_that_the_lock_names_are_written_back(pipeline):
    (pipeline / "metrics.json").write_text("{}")
    pipeline.set(models__logistic_regression__C="none")
    assert pipeline.retrace("repro", check=False).returncode == 1
    assert pipeline.read("metrics.json") == b"{}"
