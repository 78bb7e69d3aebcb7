"""DVC's own workers run a queue of a pipeline so small that they are what takes the time."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from dvc.repo import Repo

from project import ROOT, Project, commit_all, environment
from retrace.tools.repository.dvc import open_repository

pytestmark = pytest.mark.slow

FILES = {
    "params.yaml": "x: 0\nseconds: 0\n",
    "dvc.yaml": """\
stages:
  make:
    cmd: python make.py
    params: [x, seconds]
    outs: [made.txt]
""",
    ".gitignore": "made.txt\nhold\n",
    "make.py": """\
import pathlib, sys, time
x, seconds = (line.split()[1] for line in open("params.yaml"))
if x == "3":
    sys.exit("error: three is not allowed")
time.sleep(float(seconds))
while seconds == "0.1" and pathlib.Path(HOLD).exists():
    time.sleep(0.1)
pathlib.Path("made.txt").write_text(x)
""",
}

OWN = {"PYTHONPATH": str(ROOT / "src")}

# A test may run with Ctrl-C ignored, and its children with it.
QUEUE = """
import signal
from retrace.tools.cli import app
signal.signal(signal.SIGINT, signal.default_int_handler)
app()
"""


def retrace_queue(project, *options):
    return project.run(sys.executable, "-m", "retrace", "queue", *options, check=False, **OWN)


def add(project, x, seconds=0):
    with project.at_home(**OWN), open_repository(notes=True) as repo:
        repo.experiments.run(queue=True, name=f"x{x}", params=[f"x={x}", f"seconds={seconds}"])


def kept(project):
    refs = project.run("git", "for-each-ref", "--format=%(refname)", "refs/exps").stdout
    return set(re.findall(r"^refs/exps/\w\w/\w{38}/(.+)$", refs, flags=re.MULTILINE))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("queue"))
    for name, text in FILES.items():
        (project / name).write_text(text.replace("HOLD", repr(str(project / "hold"))))
    project.run("git", "init", "-q")
    Repo.init(str(project.folder)).close()
    return commit_all(project)


@pytest.fixture(scope="module")
def run_with_a_failure(small):
    for x in (2, 3):
        add(small, x)
    return retrace_queue(small, "--jobs", "2")


def test_an_empty_queue_says_how_to_fill_it(small):
    assert "the queue is empty: fill it with `dvc exp run --queue" in small.retrace("queue").stdout


def test_a_failing_task_fails_the_command_which_names_it_and_its_log(run_with_a_failure):
    assert run_with_a_failure.returncode == 1
    summary, failure, log = run_with_a_failure.stderr.splitlines()
    assert summary.startswith("error: 1 of 2 experiments failed, 1 succeeded and are kept")
    assert failure == "  x3 failed: error: three is not allowed"
    path = re.fullmatch(r"  its log: (\S+) \(`dvc queue logs \w{7}`\)", log).group(1)
    assert "three is not allowed" in Path(path).read_text()


def test_the_others_are_kept(run_with_a_failure, small):
    assert kept(small) == {"x2"}


def test_progress_is_shown_as_it_goes(run_with_a_failure):
    lines = run_with_a_failure.stdout.splitlines()
    assert lines[:2] == ["2 to run, 2 at a time", "0 of 2 finished"]
    assert "2 of 2 finished, 1 failed (x3)" in lines


@pytest.mark.long
def test_ctrl_c_lets_the_running_one_finish_and_the_next_run_goes_on(run_with_a_failure, small):
    add(small, 5, seconds=8)  # longer than it takes to stop the workers
    add(small, 6)
    run = subprocess.Popen(
        [sys.executable, "-u", "-c", QUEUE, "queue"],
        cwd=small.folder,
        env=environment(small) | OWN,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for line in run.stdout:
        if "running: x5" in line:
            os.kill(run.pid, signal.SIGINT)
            break
    said = run.communicate()[0]
    assert run.returncode == 1
    assert "stopped; `retrace queue` goes on with the 1 that wait" in said
    assert kept(small) == {"x2", "x5"}
    again = retrace_queue(small)
    assert "0 of 1 experiments failed, 1 succeeded" in again.stdout
    assert again.returncode == 0
    assert "x6" in kept(small)


@pytest.mark.long
def test_an_experiment_that_ran_when_the_machine_went_down_is_queued_again(small):
    (small / "hold").touch()
    add(small, 7, seconds=0.1)
    run = start_queue(small)
    assert any("running: x7" in line for line in run.stdout)
    until(lambda: processes("exec-run", small))
    run.kill()
    run.communicate()
    for worker in processes("queue-worker", small):
        worker.kill()  # and not what it runs: nobody would collect its results
    (orphan,) = processes("exec-run", small)
    again = start_queue(small)
    assert next(again.stdout) == "x7: ended with the machine or the workers, and queued again\n"
    assert not orphan.is_running()
    (small / "hold").unlink()
    assert "0 of 1 experiments failed, 1 succeeded" in again.communicate()[0]
    assert "x7" in kept(small)


def until(there):
    """Wait for what a busy machine brings late."""
    end = time.monotonic() + 60
    while not there():
        assert time.monotonic() < end
        time.sleep(0.1)


def start_queue(project):
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "retrace", "queue"],
        cwd=project.folder,
        env=environment(project) | OWN,
        stdout=subprocess.PIPE,
        text=True,
    )


def processes(command, project):
    found = [
        each for each in psutil.process_iter(["cmdline"]) if command in (each.info["cmdline"] or [])
    ]
    return [each for each in found if Path(each.cwd()).is_relative_to(project.folder)]
