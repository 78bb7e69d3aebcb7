"""`retrace search` as a user has it: on wine, with a real pipeline."""

import json
import shutil
import signal
import subprocess
import sys
import time

import optuna
import pytest

from project import Project, commit_all, copy_project
from retrace.lockfile import locked_outputs
from retrace.search.storages import open_storage

pytestmark = pytest.mark.slow

POOR = {"models__random_forest__n_estimators": 1, "models__random_forest__max_depth": 1}


def search(project, *options, **settings):
    return project.run(sys.executable, "-m", "retrace", "search", *options, **settings)


def load(project):
    (journal,) = (project / "hpo/results").glob("*/study.journal")
    return optuna.load_study(study_name=journal.parent.name, storage=open_storage(str(journal)))


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A repository in which a search ran once; tests copy it."""
    project = copy_project(tmp_path_factory.mktemp("searched"))
    project.set(data="wine", model="random_forest", **POOR)
    commit_all(project)
    project.first_run = project.run(sys.executable, "hpo/search.py", "--trials", "6")
    return project


@pytest.fixture
def project(searched, tmp_path):
    shutil.copytree(searched.folder, tmp_path / "copy", symlinks=True)
    return Project(tmp_path / "copy")


def test_a_first_search_makes_the_parts_and_improves_the_baseline(searched):
    said = searched.first_run
    assert said.stdout.startswith("running `dvc repro split`: ")
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
    said = search(project, "--trials", "7")
    assert "dvc repro" not in said.stdout
    assert len(load(project).trials) == 7
    assert not (project / part.path).exists()
    assert not cached.exists()


def test_a_score_is_that_of_the_pipeline_to_the_last_digit(project):
    best = load(project).best_trial
    settings = {name.replace(".", "__"): value for name, value in best.user_attrs["overrides"].items()}
    project.set(**settings)
    project.dvc("repro", "--quiet")
    metrics = json.loads(project.read("metrics.json"))
    assert metrics["validation"] == best.user_attrs["scores"]
    assert metrics["validation"]["accuracy"] == best.value


def test_what_changed_is_named_and_a_commit_elsewhere_is_no_change(project):
    name = load(project).study_name
    (project / "README.md").write_text("another\n")
    commit_all(project)
    again = search(project, "--trials", "6", "--study", name)
    assert again.returncode == 0
    project.set(seed=1)
    refused = search(project, "--trials", "7", "--study", name, check=False)
    assert refused.returncode == 1
    assert refused.stderr == (
        f"error: study '{name}' holds trials of something else: params.yaml: seed is 1, was 42. Give a"
        f" new name, such as --study {name}-2, or none, or undo the change\n"
    )
    fresh = search(project, "--trials", "1")
    assert f"a new study, because since {name}: params.yaml: seed is 1, was 42" in fresh.stdout


def test_ctrl_c_is_one_line_and_the_same_command_goes_on(project):
    command = [sys.executable, "-m", "retrace", "search", "--trials", "100000"]
    from project import environment

    process = subprocess.Popen(
        command, cwd=project.folder, env=environment(project), stderr=subprocess.PIPE, text=True
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
    search(project, "--trials", str(n_trials + 1))
    assert [trial.state.name for trial in load(project).trials] == ["COMPLETE"] * (n_trials + 1)


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux's")
def test_a_full_disk_is_one_line_and_the_study_stays_whole(project):
    results = project / "hpo/results"
    kept = results.rename(project / "kept")
    results.mkdir()
    options = ["-t", "tmpfs", "-o", "size=100k", "tmpfs", str(results)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"this user may not mount a small disk: {mounted.stderr.strip()}")
    try:
        for journal in kept.glob("*/study.journal"):
            (results / journal.parent.name).mkdir()
            shutil.copy(journal, results / journal.parent.name)
        said = search(project, "--trials", "100000", check=False)
        states = {trial.state.name for trial in load(project).trials[:-1]}
        found = len(load(project).trials)
    finally:
        subprocess.run(["umount", "-l", results], check=True)
    assert said.returncode == 1
    assert "No space left on device): the study is intact" in said.stderr.splitlines()[-1]
    assert "Traceback" not in said.stderr
    assert found > 6
    assert states == {"COMPLETE"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--force"], "error: --force applies a winner that is not confirmed: give --apply too"),
        (["--folds", "999"], "error: --folds: got 999, but the smallest class"),
        (["--study", "a/b"], "error: --study: got 'a/b', should be letters"),
        (["--storage", "postgresql://a:b@127.0.0.1:1/c"], "error: --storage postgresql://a:***@"),
    ],
)
def test_a_wrong_option_is_one_line(searched, options, said):
    run = search(searched, *options, check=False)
    assert run.returncode == 1
    assert run.stderr.startswith(said)
    assert len(run.stderr.splitlines()) == 1


def test_without_optuna_the_remedy_is_told(searched, tmp_path):
    (tmp_path / "optuna.py").write_text("raise ModuleNotFoundError('No module named optuna')\n")
    path = f"{tmp_path}:{searched / 'src'}"
    run = search(searched, check=False, PYTHONPATH=path)
    assert run.stderr == (
        "error: retrace search needs Optuna: run `pip install -r requirements-hpo.txt`\n"
    )
