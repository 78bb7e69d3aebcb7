"""`retrace repro` and others log by themselves where a variable names a server."""

import pytest
import typer
from typer.testing import CliRunner

from retrace.tools.cli import FOLLOWS, cli
from retrace.tools.tracking import following
from retrace.tools.tracking.following import follow
from retrace.tools.tracking.store import DATABASE, FOLDER, SERVER


@pytest.fixture
def own_store(runs, monkeypatch):
    """The project's own store, named by its address."""
    monkeypatch.setenv(SERVER, f"sqlite:///{FOLDER.absolute() / DATABASE}")
    return runs


@pytest.mark.slow
def test_after_repro_the_workspace_is_logged_and_after_a_queue_the_experiments(
    own_store, logged, monkeypatch
):
    own_store.commit(own_store.rows())
    own_store.experiment("wide", own_store.rows(0.9), models__svm__C=2.0)
    monkeypatch.setattr("retrace.tools.tracking.choosing.load_side", lambda name: None)
    follow("repro")
    assert set(logged()) == {"main"}
    follow("queue")
    assert set(logged()) == {"main", "wide"}


def test_a_server_that_is_down_makes_no_finished_run_a_failed_one(runs, monkeypatch, capsys):
    runs.commit(runs.rows())
    monkeypatch.setenv(SERVER, "http://127.0.0.1:1")
    follow("queue")
    said = capsys.readouterr().err
    assert said.startswith("warning: not logged to MLflow: MLflow's server at http://127.0.0.1:1 gives")
    assert said.count("\n") == 1
    assert "`retrace mlflow --all` logs it later" in said


def test_a_run_that_did_not_end_is_left_alone(own_store, capsys):
    own_store.write("params.yaml", "seed: 1\n")
    own_store.git("add", "-A")
    own_store.git("commit", "-q", "-m", "start")
    follow("repro")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("ends", [None, typer.Exit(3), KeyboardInterrupt()])
def test_it_follows_the_command_however_it_ends_but_by_ctrl_c(monkeypatch, ends):
    """`retrace doctor` stands for a command that is followed."""
    called = []

    def doctor():
        if ends is not None:
            raise ends

    monkeypatch.setitem(FOLLOWS, "tracking.following", ("A_VARIABLE", {"doctor"}))
    monkeypatch.setattr("retrace.tools.running.doctor.doctor", doctor)
    monkeypatch.setattr(following, "_log", called.append)
    CliRunner().invoke(cli, ["doctor"])
    assert called == []
    monkeypatch.setenv("A_VARIABLE", "x")
    CliRunner().invoke(cli, ["doctor"])
    assert called == ([] if isinstance(ends, KeyboardInterrupt) else ["doctor"])
