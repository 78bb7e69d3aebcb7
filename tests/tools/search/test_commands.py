"""`retrace search` as a user has it: on wine, with a real pipeline."""

import json
import shutil
import signal
import subprocess
import sys
import time

import optuna
import pytest
from typer.testing import CliRunner

from project import commit_all, environment
from retrace.core.errors import RetraceError
from retrace.tools.cli import cli
from retrace.tools.repository.lock import locked_outputs
from retrace.tools.search.promotion import experiment_name
from retrace.tools.search.study.storages import open_storage

pytestmark = pytest.mark.slow

POOR = {"models__random_forest__n_estimators": 1, "models__random_forest__max_depth": 1}
SPACE = """
random_forest:
  n_estimators: {int: [2, 9]}
  max_depth: {int: [1, 9]}
  max_features: {float: [0.1, 1]}
"""


def load(project):
    (journal,) = (project / "hpo/results").glob("*/study.journal")
    return optuna.load_study(study_name=journal.parent.name, storage=open_storage(str(journal)))


@pytest.fixture(scope="module")
def searched(reproduced, tmp_path_factory):
    """A repository in which a search of small forests ran once; tests copy it."""
    folder = tmp_path_factory.mktemp("searched") / "copy"
    project = reproduced.copy_to(folder)
    project.set(model="random_forest", split__seed=8, **POOR)
    (project / "hpo/spaces.yaml").write_text(SPACE)
    project.run("git", "commit", "-qam", "small forests")
    project.first_run = project.run(sys.executable, "hpo/search.py", "--trials", "6")
    return project


@pytest.fixture
def project(searched, tmp_path, monkeypatch):
    """A copy to change, in which commands run in this process: another one costs five seconds."""
    copy = searched.copy_to(tmp_path / "copy")
    monkeypatch.chdir(copy.folder)
    return copy


def search(*options, fails=False):
    run = CliRunner().invoke(cli, ["search", *options])
    assert isinstance(run.exception, RetraceError) if fails else run.exit_code == 0, run
    return run


def test_a_first_search_makes_the_parts_and_improves_the_baseline(searched):
    said = searched.first_run
    assert said.stdout.startswith("running `dvc repro split`: split: params.yaml: split.seed ")
    study = load(searched)
    assert len(study.trials) == 6
    assert study.trials[0].user_attrs["baseline"]
    assert study.trials[0].user_attrs["overrides"]["models.random_forest.max_depth"] == 1
    assert study.best_value > study.trials[0].value
    assert f"best accuracy {study.best_value:.4f} (trial {study.best_trial.number})" in said.stdout
    assert "6 of 6" in said.stderr or "best accuracy" in said.stderr


def test_the_test_part_is_not_read(project):
    part = next(out for out in locked_outputs(project / "dvc.lock") if out.path == "cache/test.pkl")
    cached = project / f".dvc/cache/files/md5/{part.md5[:2]}/{part.md5[2:]}"
    cached.unlink()
    (project / part.path).unlink()
    said = search("--trials", "7")
    assert "dvc repro" not in said.stdout
    assert len(load(project).trials) == 7
    assert not (project / part.path).exists()
    assert not cached.exists()


@pytest.mark.long
def test_the_winner_runs_in_the_pipeline_and_scores_what_the_search_saw(project, monkeypatch):
    for name, value in environment(project).items():
        monkeypatch.setenv(name, value)
    (project / "notes.txt").write_text("a change of the user's own")
    before = project.run("git", "status", "--short").stdout, project.read("params.yaml")
    said = search("--trials", "6", "--apply", "--force", "--splits", "5").stdout
    study = load(project)
    best, name = study.best_trial, f"{study.study_name}-best"
    assert f"{name}: the pipeline scores accuracy {best.value:.4f}, as the search saw" in said
    assert f"`dvc exp apply {name}`" in said
    assert (project.run("git", "status", "--short").stdout, project.read("params.yaml")) == before
    metrics, used = read_experiment(project, name)
    assert metrics["validation"] == best.user_attrs["scores"]
    assert metrics["validation"]["accuracy"] == best.value
    assert used | best.user_attrs["overrides"] == used
    assert experiment_name(study, best) == f"{name}-2"
    assert experiment_name(study, study.trials[0]) == f"{study.study_name}-trial-0"


def read_experiment(project, name):
    """Return the metrics and the parameters of the forest, as `dvc exp show` has them."""
    shown = json.loads(project.dvc("exp", "show", "--json").stdout)
    (run,) = next(each["experiments"] for each in shown if each["experiments"])
    assert run["name"] == name
    data = run["revs"][0]["data"]
    forest = data["params"]["params.yaml"]["data"]["models"]["random_forest"]
    used = {f"models.random_forest.{key}": value for key, value in forest.items()}
    return data["metrics"]["metrics.json"]["data"], used


def test_what_changed_is_named_and_a_commit_elsewhere_is_no_change(project):
    name = load(project).study_name
    (project / "README.md").write_text("another\n")
    commit_all(project)
    search("--trials", "6", "--study", name)
    project.set(seed=1)
    refused = search("--trials", "7", "--study", name, fails=True)
    assert str(refused.exception) == (
        f"study '{name}' holds trials of something else: params.yaml: seed is 1, was 42. Give a"
        f" new name, such as --study {name}-2, or none, or undo the change"
    )
    fresh = search("--trials", "1")
    assert f"a new study, because since {name}: params.yaml: seed is 1, was 42" in fresh.stdout


@pytest.mark.long
def test_ctrl_c_is_one_line_and_the_same_command_goes_on(project):
    command = [sys.executable, "-m", "retrace", "search", "--trials", "100000"]
    process = subprocess.Popen(
        command,
        cwd=project.folder,
        env=environment(project),
        stderr=subprocess.PIPE,
        text=True,
        # What runs the tests in the background may have set it to be ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while len(load(project).trials) < 8:
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    last = said.splitlines()[-1]
    assert last == "interrupted: finished trials are kept; the same command goes on"
    assert "Traceback" not in said
    n_trials = len(load(project).trials)
    search("--trials", str(n_trials + 1))
    assert [trial.state.name for trial in load(project).trials] == ["COMPLETE"] * (n_trials + 1)


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux's")
def test_a_full_disk_is_one_line_and_the_study_stays_whole(project):
    results = project / "hpo/results"
    kept = results.rename(project / "kept")
    results.mkdir()
    options = ["-t", "tmpfs", "-o", "size=40k", "tmpfs", str(results)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"this user may not mount a small disk: {mounted.stderr.strip()}")
    try:
        for journal in kept.glob("*/study.journal"):
            (results / journal.parent.name).mkdir()
            shutil.copy(journal, results / journal.parent.name)
        said = search("--trials", "100000", fails=True)
        states = {trial.state.name for trial in load(project).trials[:-1]}
        found = len(load(project).trials)
    finally:
        subprocess.run(["umount", "-l", results], check=True)
    assert "No space left on device): the study is intact" in str(said.exception)
    assert "\n" not in str(said.exception)
    assert found > 6
    assert states == {"COMPLETE"}


def test_without_optuna_the_remedy_is_told(searched, monkeypatch):
    monkeypatch.chdir(searched.folder)
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert str(search(fails=True).exception) == (
        "retrace search needs Optuna: run `pip install -r requirements-hpo.txt`"
    )
