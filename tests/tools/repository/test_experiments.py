import subprocess
import sys
from pathlib import Path

import pytest

from project import Project
from retrace.core.errors import RetraceError
from retrace.tools.repository.experiments import (
    _last_words,
    _wait,
    run_experiment,
    unchanged_workspace,
)
from small_pipeline import SmallPipeline


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A Git repository with one file."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    (tmp_path / "file").write_text("committed")
    project.run("git", "init", "-q")
    project.run("git", "add", "-A")
    project.run("git", "commit", "-q", "-m", "start")
    return project


def test_changes_that_were_lost_can_be_brought_back(repository):
    (repository / "file").write_text("precious")
    with pytest.raises(RetraceError, match="DVC left the workspace changed") as caught:  # noqa: SIM117
        with unchanged_workspace():
            (repository / "file").write_text("lost")
    copy = str(caught.value).split("git stash apply ")[1].split("`")[0]
    repository.run("git", "checkout", ".")
    repository.run("git", "stash", "apply", copy)
    assert repository.read("file") == b"precious"


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (
            "Running\nerror: no luck\nERROR: failed to reproduce 'train': exited with 1\n",
            "error: no luck",
        ),
        ("Traceback\nKeyError: 'x'\nERROR: failed to reproduce 'train'\n", "KeyError: 'x'"),
        ("", "it said nothing"),
        (
            "ERROR: unexpected error - no room\n\nHaving any troubles? Hit us up at https://dvc.org/support\n",
            "ERROR: unexpected error - no room",
        ),
    ],
)
def test_the_last_words_are_the_stages_own(tmp_path, log, said):
    (tmp_path / "log").write_text(log)
    assert _last_words(tmp_path / "log") == said


def run_here(pipeline):
    with pipeline.at_home():
        return run_experiment("x", ["models.logistic_regression.C=2.0"], Path(".retrace/log"))


def run_in_ascii(pipeline):
    code = (
        "from pathlib import Path; from retrace.tools.repository.experiments import run_experiment;"
        "print(run_experiment('x', ['models.logistic_regression.C=2.0'], Path('.retrace/log')) or '')"
    )
    return pipeline.run(sys.executable, "-c", code, LC_ALL="C", PYTHONUTF8="0").stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize("run", [run_here, run_in_ascii])
def test_an_experiment_runs_in_a_folder_of_any_name(pipeline, tmp_path, run):
    folder = pipeline.folder.rename(tmp_path / 'für "dich"')
    pipeline = SmallPipeline(folder)
    assert not run(pipeline)
    (found,) = pipeline.run("git", "for-each-ref", "--format=%(refname)", "refs/exps").stdout.split()
    assert found.endswith("/x")
    assert pipeline.run("git", "show", f"{found}:report/report.md").stdout == "2.0"


def test_the_status_of_dvc_is_waited_for():
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"], text=True)
    assert _wait(process, Path("unused.log"), "all") == 7
