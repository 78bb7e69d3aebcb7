import os
import signal
import subprocess
import sys
import time

import pytest

from project import commit_all, copy_project, environment

# `test_seeds.py` has the command's parts, on made-up runs.
pytestmark = [pytest.mark.slow, pytest.mark.long]

FAILING = 44


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A run with uncommitted changes, whose training fails under one seed."""
    project = copy_project(tmp_path_factory.mktemp("seeds"))
    project.set(data="wine", model="random_forest", models__random_forest__n_estimators=5)
    script = project / "src/train.py"
    loads = "    params = load_params()\n"
    fails = f"    if params.seed == {FAILING}:\n        raise ModelError('no luck')\n"
    text = script.read_text().replace(loads, loads + fails)
    script.write_text(text.replace("errors import", "errors import ModelError,"))
    commit_all(project)
    project.set(models__random_forest__n_estimators=6)
    project.dvc("repro", "-q")
    project.before = state(project)
    project.first = seeds(project, "3", check=False)
    return project


def seeds(project, *arguments, **options):
    return project.run(sys.executable, "-m", "retrace", "seeds", *arguments, **options)


def state(project):
    kept = ("params.yaml", "dvc.lock", "metrics.json", "report/predictions.csv", "cache/model.joblib")
    changes = project.run("git", "diff", "HEAD").stdout, project.run("git", "status", "-s").stdout
    return changes, project.run("git", "stash", "list").stdout, [project.read(path) for path in kept]


def test_a_failing_seed_is_named_and_the_others_are_kept(project):
    run = project.first
    assert run.returncode == 1
    assert "seed 42: workspace is there" in run.stdout
    assert "seed 43: wine-random_forest-seed-43-" in run.stdout
    assert f"wine-random_forest-seed-{FAILING}-" in run.stderr
    assert ": error: no luck (log: .retrace/seeds/" in run.stderr
    assert "Traceback" not in run.stderr
    assert "random_forest on wine, seed 42, 43: test part" in run.stdout


def test_the_workspace_is_left_as_it_was(project):
    assert state(project) == project.before


def test_what_has_run_is_not_run_again_and_summed_up(project):
    run = seeds(project, "2")
    assert "is there" in run.stdout.splitlines()[1]
    assert " ran " not in run.stdout
    assert "accuracy" in run.stdout
    assert "95 % interval of the mean" in run.stdout
    assert "Student's t over the seeds" in run.stdout


def test_an_interruption_leaves_the_workspace_as_it_was(project):
    logs = len(list((project / ".retrace/seeds").glob("*.log")))
    process = subprocess.Popen(
        [sys.executable, "-m", "retrace", "seeds", "2", "--split"],
        cwd=project.folder,
        env=environment(project),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while len(list((project / ".retrace/seeds").glob("*.log"))) == logs:
        time.sleep(0.05)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 1
    assert "interrupted: the workspace is as it was" in said
    assert state(project) == project.before
