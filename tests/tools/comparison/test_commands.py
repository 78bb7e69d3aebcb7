import json
import re
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from project import Project, commit_all, copy_project
from retrace.tools.cli import cli

pytestmark = pytest.mark.slow

# main has a weak model on digits; each branch changes one thing.
SPLIT_SEED, OTHER_SPLIT_SEED = 7, 8
BRANCHES = {"knn": {"model": "knn"}, "split": {"split__seed": OTHER_SPLIT_SEED}}


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A fresh clone in which every branch holds a run, and a remote that has all predictions."""
    project = copy_project(tmp_path_factory.mktemp("story") / "clone")
    project.set(split__seed=SPLIT_SEED, model="gaussian_nb")
    project.set(report__resamples=100)
    project.run("git", "init", "-q", "-b", "main")
    project.dvc("remote", "add", "-q", "--default", "near", str(project.folder.parent / "remote"))
    project.dvc("repro", "-q")
    commit_all(project)
    for name, values in BRANCHES.items():
        project.run("git", "switch", "-q", "-c", name, "main")
        project.set(**values)
        project.dvc("repro", "-q")
        project.run("git", "commit", "-q", "-a", "-m", name)
    project.run("git", "switch", "-q", "main")
    project.dvc("push", "-q", "--all-branches", "report/predictions.csv")
    return project


@pytest.fixture
def compare(story, monkeypatch):
    """Call the command in the story's folder, in this process: another one costs two seconds."""
    monkeypatch.chdir(story.folder)
    return lambda *arguments: CliRunner().invoke(cli, ["compare", *arguments])


def test_a_better_model_is_better(compare):
    found = json.loads(compare("main", "knn", "--json").stdout)
    assert found["verdict"] == "better"
    assert found["comparison"]["p_value"] < 1e-6
    assert found["comparison"]["interval"]["low"] > 0.05
    assert found["params"][0] == {"name": "model", "base": "gaussian_nb", "other": "knn", "stages": []}
    assert found["data"] == found["code"] == []


def test_a_weaker_model_is_worse_and_fails_where_asked(compare):
    found = json.loads(compare("knn", "main", "--json").stdout)
    assert found["verdict"] == "worse"
    assert found["comparison"]["p_value"] < 1e-6
    for options, status in (
        ((), 0),
        (("--fail-on", "worse"), 3),
        (("--fail-on", "worse", "--tolerance", "0.9"), 0),
        (("--fail-on", "not-better"), 4),
    ):
        assert compare("knn", "main", *options).exit_code == status


def test_another_split_is_not_comparable(compare):
    run = compare("main", "split", "--fail-on", "worse")
    assert run.exit_code == 5
    assert run.stdout.startswith("**not comparable**: the test rows are not the same")
    assert "`split.seed` 7 → 8" in run.stdout.splitlines()[0]
    assert "| test | `accuracy` | higher is better |" in run.stdout


def test_the_workspace_is_compared_with_main_only_where_its_lock_is_true(compare, story):
    assert "both sides are the same run" in compare().stdout
    story.set(models__gaussian_nb__var_smoothing=1.0)
    try:
        stale = compare()
    finally:
        story.run("git", "checkout", "-q", "params.yaml")
    assert stale.exit_code == 1
    assert "models.gaussian_nb.var_smoothing is 1.0, was 1e-09" in stale.exception.details[0]
    assert "run `retrace repro`" in str(stale.exception)


def test_the_page_shows_the_rows_that_changed_as_pictures(compare, tmp_path):
    compare("main", "knn", "--html", str(tmp_path / "compare.html"))
    page = (tmp_path / "compare.html").read_text()
    assert page.count('src="data:image/png;base64,') > 20
    assert not re.search(r'(src|href)="(?!data:)', page)


def test_what_is_not_pulled_is_said_with_a_remedy_that_works(story, compare, tmp_path, monkeypatch):
    subprocess.run(["git", "clone", "-q", str(story.folder), str(tmp_path / "clone")], check=True)
    clone = Project(tmp_path / "clone")
    shutil.copy(story / ".dvc/config", clone / ".dvc/config")
    monkeypatch.chdir(clone.folder)
    first = compare("main", "knn")
    assert first.stdout.startswith("**not comparable**: the predictions of `main` are not in")
    assert "| `model` | `gaussian_nb` | `knn` |" in first.stdout
    remedy = re.search(r"run `dvc (fetch .*?)`", first.stdout).group(1)
    clone.dvc(*remedy.split())
    assert compare("main", "knn").stdout.startswith("**better**")


def test_help_shows_examples_and_exit_status(compare):
    shown = compare("--help").stdout
    assert "retrace compare --fail-on worse" in shown
    for status in range(6):
        assert re.search(rf"^ *{status} +\S", shown, flags=re.MULTILINE)


def test_an_unknown_revision_is_a_mistake_in_one_line(story):
    run = story.run(sys.executable, "-m", "retrace", "compare", "mian", check=False)
    assert run.returncode == 1
    assert re.fullmatch(r"error: 'mian' is no branch.*did you mean 'main'.*\n", run.stderr)
