"""MLflow's pages: how their server is found, and what they show in a real Chromium."""

import sys
from pathlib import Path

import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from chromium import chromium, wait
from made_studies import conditional, make_study
from retrace.core.errors import RetraceError
from retrace.tools.tracking.pages import ENVIRONMENT, has_pages, options, serve, server_program
from retrace.tools.tracking.searching import log_study, open_studies
from retrace.tools.tracking.store import FOLDER, open_store
from tracking_server import Server


def whole_mlflow(folder):
    """Lay out an environment that has MLflow's pages."""
    program = folder / "bin/mlflow"
    page = folder / "lib/python3.11/site-packages/mlflow/server/js/build/index.html"
    for path in (program, page):
        path.parent.mkdir(parents=True)
        path.touch()
    return program


def test_the_program_is_the_first_that_has_pages(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "skinny/bin").mkdir(parents=True)
    (tmp_path / "skinny/bin/mlflow").touch()
    found = whole_mlflow(tmp_path / "whole")
    monkeypatch.setenv("PATH", f"{tmp_path}/skinny/bin:{found.parent}")
    assert not has_pages(tmp_path / "skinny/bin/mlflow")
    assert server_program() == str(found)
    assert server_program() != str(whole_mlflow(tmp_path / ENVIRONMENT))
    assert server_program() == str(tmp_path / ENVIRONMENT / "bin/mlflow")


def test_without_a_server_or_a_run_the_remedy_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RetraceError, match="holds no runs yet: `retrace mlflow`"):
        serve(5000)
    with pytest.raises(RetraceError, match="`make mlflow` installs it"):
        server_program()


def test_the_server_answers_this_machine_alone_from_the_folder_of_the_store():
    said = " ".join(options(5001))
    assert "--host 127.0.0.1 --port 5001" in said
    assert "sqlite:///mlflow.db --artifacts-destination ./mlartifacts" in said


@pytest.mark.slow
def test_a_real_browser_shows_a_search_and_its_trials_below_it(runs, tmp_path):
    try:
        server_program()
    except RetraceError as error:
        pytest.skip(str(error))
    Path("hpo/results/wine-svm").mkdir(parents=True)
    storage = JournalStorage(JournalFileBackend("hpo/results/wine-svm/study.journal"))
    make_study(*conditional(5), storage=storage)
    with open_store() as store:
        log_study(store, open_studies()[0])
        experiment = store.experiment
    # As a user starts it: the command becomes the server.
    server = Server(tmp_path / FOLDER)
    server.command = [sys.executable, "-m", "retrace", "mlflow", "ui", "--port", str(server.port)]
    server.folder = tmp_path
    with server, chromium(tmp_path.parent / "profile") as browser:
        trial = next(
            run["info"]["run_id"] for run in server.runs() if run["info"]["run_name"] == "trial 1"
        )
        browser.get(f"{server.address}/#/experiments/{experiment}/runs")
        wait(browser, "return document.body.innerText.includes('wine-svm')", 120)
        browser.get(f"{server.address}/#/experiments/{experiment}/runs/{trial}")
        wait(browser, "return document.body.innerText.includes('trial 1')", 120)
        text = "document.body.innerText"
        wait(browser, f"return {text}.includes('Parent run') && {text}.includes('wine-svm')", 60)
