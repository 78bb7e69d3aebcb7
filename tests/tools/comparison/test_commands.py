import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from typer.testing import CliRunner

from made_runs import labelled
from project import Project
from retrace.tools.cli import cli

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def story(reproduced, tmp_path_factory):
    """A run on main and a weak one on a branch, and a remote that has all predictions."""
    folder = tmp_path_factory.mktemp("story")
    project = reproduced.copy_to(folder / "clone")
    project.add_remote(folder / "remote")
    project.run("git", "add", "-A")
    project.run("git", "commit", "-qm", "main")
    project.run("git", "switch", "-q", "-c", "weak")
    project.set(model="knn", models__knn__n_neighbors=100, report__resamples=100)
    project.dvc("repro", "-q")
    project.run("git", "commit", "-q", "-a", "-m", "weak")
    project.run("git", "switch", "-q", "main")
    shutil.copytree(project / ".dvc/cache/files", folder / "remote/files")
    return project


@pytest.fixture
def compare(story, monkeypatch):
    """Call the command in the story's folder, in this process: another one costs two seconds."""
    monkeypatch.chdir(story.folder)
    return lambda *arguments: CliRunner().invoke(cli, ["compare", *arguments])


def test_a_better_model_is_better(compare):
    found = json.loads(compare("weak", "main", "--json").stdout)
    assert found["verdict"] == "better"
    assert found["comparison"]["p_value"] < 1e-6
    assert found["comparison"]["interval"]["low"] > 0.05
    assert found["params"][0] == {
        "name": "model",
        "base": "knn",
        "other": "logistic_regression",
        "stages": [],
    }
    assert found["data"] == found["code"] == []


def test_a_weaker_model_is_worse_and_fails_where_asked(compare):
    found = json.loads(compare("main", "weak", "--json").stdout)
    assert found["verdict"] == "worse"
    assert found["comparison"]["p_value"] < 1e-6
    for options, status in (
        ((), 0),
        (("--fail-on", "worse"), 3),
        (("--fail-on", "worse", "--tolerance", "0.9"), 0),
        (("--fail-on", "not-better"), 4),
    ):
        assert compare("main", "weak", *options).exit_code == status


def test_another_split_is_not_comparable(runs):
    runs.commit(labelled())
    others = {"id": np.arange(200) + 1, "row_hash": [f"{row + 1:016x}" for row in range(200)]}
    runs.commit(labelled(**others), branch="split", split__seed=8)
    run = CliRunner().invoke(cli, ["compare", "main", "split", "--fail-on", "worse"])
    assert run.exit_code == 5
    assert run.stdout.startswith("**not comparable**: the test rows are not the same")
    assert "`split.seed` 7 → 8" in run.stdout.splitlines()[0]
    assert "| test | `accuracy` | higher is better |" in run.stdout


def test_the_workspace_is_compared_with_main_only_where_its_lock_is_true(compare, story):
    assert "both sides are the same run" in compare().stdout
    story.set(models__logistic_regression__C=2.0)
    try:
        stale = compare()
    finally:
        story.run("git", "checkout", "-q", "params.yaml")
    assert stale.exit_code == 1
    assert "models.logistic_regression.C is 2.0, was 1.0" in stale.exception.details[0]
    assert "run `retrace repro`" in str(stale.exception)


def test_what_is_not_pulled_is_said_with_a_remedy_that_works(story, compare, tmp_path, monkeypatch):
    subprocess.run(["git", "clone", "-q", str(story.folder), str(tmp_path / "clone")], check=True)
    clone = Project(tmp_path / "clone")
    shutil.copy(story / ".dvc/config", clone / ".dvc/config")
    monkeypatch.chdir(clone.folder)
    first = compare("weak", "main")
    assert first.stdout.startswith("**not comparable**: the predictions of `origin/weak` are not in")
    assert "| `model` | `knn` | `logistic_regression` |" in first.stdout
    remedy = re.search(r"run `dvc (fetch .*?)`", first.stdout).group(1)
    clone.dvc(*remedy.split())
    assert compare("weak", "main").stdout.startswith("**better**")


def test_help_shows_examples_and_exit_status(compare):
    shown = compare("--help").stdout
    assert "retrace compare --fail-on worse" in shown
    for status in range(6):
        assert re.search(rf"^ *{status} +\S", shown, flags=re.MULTILINE)


def test_an_unknown_revision_is_a_mistake_in_one_line(story):
    run = story.retrace("compare", "mian", check=False)
    assert run.returncode == 1
    assert re.fullmatch(r"error: 'mian' is no branch.*did you mean 'main'.*", run.stderr)
