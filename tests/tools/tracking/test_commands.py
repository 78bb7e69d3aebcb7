import shutil

import pytest
from typer.testing import CliRunner

from retrace.core.errors import RetraceError
from retrace.tools.cli import cli
from retrace.tools.tracking.store import FOLDER


@pytest.fixture
def mlflow():
    def call(*arguments):
        done = CliRunner().invoke(cli, ["mlflow", *arguments], catch_exceptions=True)
        return str(done.exception) if isinstance(done.exception, RetraceError) else done.stdout

    return call


@pytest.mark.slow
def test_a_clone_is_logged_by_one_command_and_then_nothing_is(runs, mlflow, logged):
    runs.commit(runs.rows())
    runs.experiment("wide", runs.rows(0.9), models__svm__C=2.0)
    assert mlflow("--all") == "runs: 2 logged, 0 there already\n"
    assert mlflow("--all") == "runs: 0 logged, 2 there already\n"
    assert mlflow("wide") == "runs: 0 logged, 1 there already\n"
    assert set(logged()) == {"main", "wide"}


def test_mistakes_are_named(runs, mlflow):
    runs.commit(runs.rows())
    assert "name it with --study" in mlflow("--storage", "sqlite:///x.db")
    assert "no study 'x'" in mlflow("--study", "x")
    shutil.rmtree(FOLDER)
    assert "holds no runs yet" in mlflow("ui")
