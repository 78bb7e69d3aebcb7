import secrets
import shutil

import httpx
import pytest

from postgres import running_server
from project import ROOT
from retrace.core.checked_yaml import load_yaml
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


@pytest.fixture
def team(tmp_path, swift, monkeypatch):
    """MLflow's server as compose.yaml starts it, its neighbours on this machine."""
    service = load_yaml(ROOT / "compose.yaml")["services"]["mlflow"]
    for name, value in (service["environment"] | swift.keys()).items():
        monkeypatch.setenv(name, value.replace("http://s3:7070", swift.url))
    bucket = swift.add_bucket(f"mlflow-{secrets.token_hex(4)}")
    with running_server() as database:
        server = Server(tmp_path / ".retrace/team")
        _, word, *options = service["command"]
        local = {"postgresql+psycopg://mlflow@postgres/mlflow": database, "5000": str(server.port)}
        for known, here in (local | {"s3://mlflow": bucket}).items():
            options = [option.replace(known, here) for option in options]
        server.command = [server.command[0], word, *options]
        server.bucket = bucket.removeprefix("s3://")
        yield server


@pytest.fixture
def alone(tmp_path):
    """MLflow's server that is told nothing: SQLite and a folder."""
    return Server(tmp_path / ".retrace/server")


@pytest.mark.long
def test_the_server_of_a_team_answers_to_its_name_alone_and_keeps_files_in_the_s3_store(
    six, team, swift, monkeypatch
):
    monkeypatch.setenv(SERVER, team.address)
    team.folder.mkdir()
    with team:
        assert log_all() == Logged(new=6)
        for host, status in ((f"mlflow:{team.port}", 200), (f"elsewhere:{team.port}", 403)):
            asked = httpx.get(
                f"{team.address}/api/2.0/mlflow/experiments/get",
                headers={"Host": host},
                params={"experiment_id": 0},
            )
            assert (host, asked.status_code) == (host, status)
    assert len(swift.objects(team.bucket)) == 6 * 7


@pytest.mark.long
@pytest.mark.parametrize("kind", ["alone", "team"])
def test_a_server_that_is_killed_in_the_middle_has_every_run_once_whether_or_not_it_comes_back(
    six, kind, request, monkeypatch
):
    server = request.getfixturevalue(kind)
    server.folder.mkdir()
    server.start().wait()
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
