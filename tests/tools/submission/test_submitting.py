"""`retrace submit` on a real SLURM: two nodes on loopback, with a pipeline that takes no time."""

import re
import signal
import subprocess
import sys
import time

import pytest

from project import ROOT, Project, commit_all, environment
from slurm_cluster import running_cluster

pytestmark = [pytest.mark.slow, pytest.mark.long]

FILES = {
    "params.yaml": "x: 0\n",
    "dvc.yaml": """\
stages:
  last:
    cmd: python last.py
    deps: [made.txt]
    outs: [last.txt]
  make:
    cmd: python make.py
    params: [x]
    outs: [made.txt]
""",
    ".gitignore": "made.txt\nlast.txt\nhold\n.retrace\n",
    "make.py": """\
import os, pathlib, sys, time
x = open("params.yaml").read().split()[1]
print("on", os.environ["SLURMD_NODENAME"])
if x == "3":
    sys.exit("error: three is not allowed")
while pathlib.Path(HOLD).exists():
    time.sleep(0.1)
pathlib.Path("made.txt").write_text(x)
""",
    "last.py": "import shutil\nshutil.copy('made.txt', 'last.txt')\n",
}


class Small(Project):
    def variables(self):
        return {"PYTHONPATH": str(ROOT / "src")}


@pytest.fixture(scope="module")
def cluster():
    with running_cluster() as cluster, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLURM_CONF", str(cluster.conf))
        yield cluster


@pytest.fixture
def small(tmp_path):
    for name, content in FILES.items():
        (tmp_path / name).write_text(content.replace("HOLD", repr(str(tmp_path / "hold"))))
    small = Small(tmp_path)
    small.run("git", "init", "-q", "-b", "main")
    small.dvc("init", "-q", warm=False)
    return commit_all(small)


# A test may run with Ctrl-C ignored, and its children with it.
SUBMIT = """
import signal
from retrace.tools.cli import app
signal.signal(signal.SIGINT, signal.default_int_handler)
app()
"""


def start(project, *arguments):
    """Start `retrace submit`, as a person does who may press Ctrl-C."""
    return subprocess.Popen(
        [sys.executable, "-c", SUBMIT, "submit", *arguments],
        cwd=project.folder,
        env=environment(project) | project.variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_queue_over_two_nodes_keeps_what_succeeds_though_one_fails_and_the_controller_restarts(
    small, cluster
):
    small.dvc("exp", "run", "--queue", "-S", "x=1,2,3,4,5,6", warm=False)
    (small / "hold").touch()
    running = start(small, "--queue")
    while not list((small / ".retrace/jobs").glob("*.log")):
        assert running.poll() is None
        time.sleep(0.1)
    cluster.stop("slurmctld")
    cluster.start_controller()
    (small / "hold").unlink()
    out, error = running.communicate(timeout=400)
    assert (running.returncode, out.count(": COMPLETED"), out.count(": FAILED")) == (1, 5, 1), (
        out + error
    )
    assert "error: 1 of 6 jobs failed" in error
    log = small.folder / re.search(r"its log: (\S+)", error)[1]
    assert "error: three is not allowed" in log.read_text()
    assert "FAILED: error: three is not allowed" in error
    logs = [path.read_text() for path in (small / ".retrace/jobs").glob("*.log")]
    assert {node for text in logs for node in re.findall(r"on (n\d)", text)} == {"n1", "n2"}
    kept = small.run("git", "for-each-ref", "refs/exps").stdout
    assert len(re.findall(r"refs/exps/[0-9a-f]{2}/", kept)) == 5
    queue = small.dvc("queue", "status", warm=False).stdout
    assert (queue.count("Queued"), queue.count("Failed")) == (1, 0)


def test_stages_run_one_after_the_other_with_what_each_asks_for(pipeline, cluster):
    pipeline.set(models__logistic_regression__C=7.0)
    (pipeline / "resources.yaml").write_text(
        "default: {time: '5'}\nreport: {options: [--comment=mine]}\n"
    )
    out, error = start(pipeline).communicate(timeout=200)
    assert re.match(
        r"2 jobs: train \d+, report \d+\ntrain: COMPLETED\nreport: COMPLETED\nall 2 jobs", out
    )
    assert (error, pipeline.is_true(7.0)) == ("", True)
    number = re.search(r"report (\d+)", out)[1]
    asked = pipeline.run("scontrol", "show", "job", number).stdout
    assert "TimeLimit=00:05:00" in asked
    assert "Comment=mine" in asked


def test_after_a_stage_that_fails_no_other_starts(pipeline, cluster):
    pipeline.set(models__logistic_regression__C=7.0)
    (pipeline / "train.py").write_text("raise SystemExit('error: no rows')")
    running = start(pipeline)
    out, error = running.communicate(timeout=200)
    assert (running.returncode, out.splitlines()[1:]) == (1, ["train: FAILED", "report: CANCELLED"])
    assert "train: FAILED: error: no rows" in error
    assert "report: CANCELLED, it did not start" in error


def test_ctrl_c_cancels_the_jobs(pipeline, cluster):
    pipeline.set(models__logistic_regression__C=7.0)
    (pipeline / "hold").touch()
    running = start(pipeline)
    pipeline.wait_for("started", running)
    running.send_signal(signal.SIGINT)
    out, error = running.communicate(timeout=100)
    assert (running.returncode, "interrupted: 2 jobs are cancelled" in error) == (1, True), out + error
    states = pipeline.run("squeue", "--noheader", "--states=all", "--format=%T").stdout.split()
    assert "PENDING" not in states
