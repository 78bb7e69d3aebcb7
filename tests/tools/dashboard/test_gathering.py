import dataclasses
import json

import pytest

from project import Project
from retrace.core.artifacts import save_text
from retrace.core.errors import RetraceError
from retrace.tools.dashboard.gathering import gather_runs
from retrace.tools.dashboard.page import library_path

SCRIPT = """\
import json, pathlib, sys
from ruamel.yaml import YAML
C = YAML(typ="safe").load(pathlib.Path("params.yaml"))["C"]
if C < 0:
    sys.exit("C is negative")
pathlib.Path("out.txt").write_text(str(C))
pathlib.Path("metrics.json").write_text(json.dumps({"validation": {"accuracy": C / 10}}))
"""

PIPELINE = """\
stages:
  make:
    cmd: python make.py
    deps: [make.py]
    params: [C]
    outs: [out.txt]
    metrics: [{metrics.json: {cache: false}}]
"""


def gather(project):
    """Return what a run is, as JSON would have it, by its label."""
    with project.at_home():
        runs = gather_runs()
    listed = json.dumps([dataclasses.asdict(run) | {"label": run.label} for run in runs], default=str)
    return {run["label"]: run for run in json.loads(listed)}


def commit(project, message="step"):
    project.run("git", "add", "-A")
    project.run("git", "commit", "-q", "-m", message)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A pipeline of one stage, with a branch of an older layout, a tag and experiments: one failed."""
    project = Project(tmp_path_factory.mktemp("tiny"))
    files = {
        "make.py": SCRIPT,
        "dvc.yaml": PIPELINE,
        "params.yaml": "C: 5\n",
        ".gitignore": "/out.txt\n/report\n/.retrace\n",
        ".dvc/config": "[core]\n    analytics = false\n",
        library_path(): "// stands for Vega, which takes two seconds to bundle",
    }
    for name, text in files.items():
        save_text(text, project / name)
    project.run("git", "init", "-q", "-b", "main")
    project.dvc("repro", "-q")
    commit(project)
    project.said_at_first = project.retrace("dashboard").stdout
    project.first_page = (project / "report/experiments.html").read_text()
    project.run("git", "tag", "-a", "v1", "-m", "annotated")
    project.dvc("exp", "run", "-q", "--name", "better", "-S", "C=7")
    project.dvc("exp", "branch", "better", "kept", "-q")
    project.dvc("exp", "run", "-q", "--queue", "--name", "bad", "-S", "C=-1")
    project.dvc("exp", "run", "--run-all", check=False)
    project.dvc("exp", "run", "-q", "--queue", "--name", "waiting", "-S", "C=8")
    project.run("git", "checkout", "-q", "-f", "-b", "old")
    (project / "metrics.json").write_text('{"accuracy": 0.4}')
    commit(project)
    project.run("git", "checkout", "-q", "main")
    (project / "params.yaml").write_text("C: 6\n")
    return project


@pytest.fixture(scope="module")
def runs(repository):
    return gather(repository)


@pytest.mark.slow
def test_branches_tags_experiments_and_the_workspace_are_one_run_each(runs):
    assert set(runs) == {"workspace", "main", "old", "better", "bad", "waiting"}
    assert (runs["main"]["branches"], runs["main"]["tags"]) == (["main"], ["v1"])
    assert (runs["better"]["branches"], runs["better"]["started_from"]) == (["kept"], "main")
    assert runs["better"]["metrics"] == {"validation.accuracy": 0.7}
    assert set(runs["better"]["files"]) == {"out.txt"}


@pytest.mark.slow
def test_failed_and_queued_runs_say_so_and_borrow_no_scores(runs):
    assert (runs["bad"]["state"], runs["waiting"]["state"]) == ("failed", "queued")
    assert runs["bad"]["metrics"] == runs["waiting"]["metrics"] == {}
    assert "dvc queue logs bad" in runs["bad"]["note"]
    assert runs["bad"]["params"] == {"C": -1}


@pytest.mark.slow
def test_params_that_were_edited_but_not_run_have_no_scores(runs):
    assert runs["workspace"]["metrics"] == {}
    assert "not run since" in runs["workspace"]["note"]


@pytest.mark.slow
def test_metrics_of_an_older_layout_keep_their_keys(runs):
    assert runs["old"]["metrics"] == {"accuracy": 0.4}


@pytest.mark.slow
def test_the_page_lists_them_all(repository):
    said = repository.retrace("dashboard", "--base", "better").stdout
    assert "6 runs, 3 of them experiments: report/experiments.html" in said
    assert "4 without validation scores" in said
    assert "dvc queue logs bad" in (repository / "report/experiments.html").read_text()


@pytest.mark.slow
def test_a_repository_without_experiments_tells_how_to_make_one(repository):
    assert "no experiments yet: `dvc exp run" in repository.said_at_first
    assert "No experiments yet." in repository.first_page


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        ([], "has no Git commit"),
        (["git init -q"], "has no Git commit"),
        (["git init -q", "git commit -q --allow-empty -m start"], "not under DVC"),
    ],
)
def test_a_folder_without_git_commit_or_dvc_is_told_what_to_do(tmp_path, monkeypatch, commands, said):
    for command in commands:
        Project(tmp_path).run(*command.split())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RetraceError, match=said):
        gather_runs()
