import shutil

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.tracking import runs as tracked_runs
from retrace.tools.tracking.choosing import chosen
from retrace.tools.tracking.runs import Logged, log_runs
from retrace.tools.tracking.store import FOLDER, SERVER, open_store
from tracking_server import Server

pytestmark = pytest.mark.slow


def log_all():
    choices = chosen([], True)
    with open_store() as store:
        return log_runs(store, choices)


@pytest.fixture
def six(runs):
    """Six runs of a clone."""
    runs.commit(runs.rows())
    for number in range(5):
        runs.experiment(f"exp-{number}", runs.rows(), models__svm__C=number + 2.0)
    return runs


@pytest.mark.long
def test_a_store_that_was_moved_opens_with_all_its_artefacts_in_a_server_that_is_told_nothing(
    six, tmp_path
):
    assert log_all() == Logged(new=6)
    moved = tmp_path / "elsewhere"
    shutil.move(six.folder / FOLDER, moved)
    with Server(moved) as server:
        found = {
            each["info"]["run_name"]: server.artefacts(each["info"]["run_id"]) for each in server.runs()
        }
    assert len(found) == 6
    for files in found.values():
        assert files["report/figures/roc.svg"] == b"<svg/>"
        assert {"dvc.lock", "params.yaml", "metrics.json", "report/report.md"} <= set(files)
    assert b"C: 4.0" in found["exp-2"]["params.yaml"]


@pytest.mark.long
def test_a_server_that_is_killed_in_the_middle_has_every_run_once_whether_or_not_it_comes_back(
    six, tmp_path, monkeypatch
):
    (tmp_path / ".retrace/server").mkdir()
    server = Server(tmp_path / ".retrace/server").start().wait()
    monkeypatch.setenv(SERVER, server.address)
    counted = []

    def record_of(*arguments):
        counted.append(arguments)
        if len(counted) == 2:  # it comes back while this client asks again
            server.kill()
            server.start()
        if len(counted) == 4:  # it does not
            server.kill()
            monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        return real(*arguments)

    real = tracked_runs.record_of
    monkeypatch.setattr(tracked_runs, "record_of", record_of)
    with pytest.raises(RetraceError, match=r"fails: .*the same command goes on"):
        log_all()
    with pytest.raises(RetraceError, match=r"gives no answer .*start it, or unset MLFLOW_TRACKING_URI"):
        log_all()
    with server:
        assert log_all() == Logged(new=3, known=3)
        assert log_all() == Logged(known=6)
        found = server.runs()
        assert len(server.artefacts(found[0]["info"]["run_id"])) == 7
    assert sorted(each["info"]["run_name"] for each in found) == sorted(
        ["main", *(f"exp-{n}" for n in range(5))]
    )
    assert {each["info"]["status"] for each in found} == {"FINISHED"}


def test_the_experiment_is_called_as_the_repository_in_every_clone(runs, monkeypatch):
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME")
    runs.git("remote", "add", "origin", "https://example.org/lab/digits.git")
    with open_store() as store:
        assert store.client.get_experiment(store.experiment).name == "digits"


def test_an_experiment_that_was_deleted_is_named_with_the_remedy(runs):
    with open_store() as store:
        store.client.delete_experiment(store.experiment)
    with pytest.raises(RetraceError, match=r"'made' was deleted: restore it .* MLFLOW_EXPERIMENT_NAME"):
        open_store().__enter__()
