import threading
import time
from contextlib import nullcontext
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler

import pytest

from project import Project
from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import open_repository
from retrace.tools.repository.remote import missing_outputs, reach, within


@pytest.fixture
def web_server(tmp_path):
    """A web server without any page."""
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/nothing"
        server.shutdown()


def test_an_answer_in_time_is_returned():
    assert within(5, lambda: 7) == 7


def test_without_an_answer_in_time_we_go_on():
    start = time.monotonic()
    with pytest.raises(RetraceError, match=r"no answer in 0\.1 seconds"):
        within(0.1, lambda: time.sleep(2))
    assert time.monotonic() - start < 1


def test_an_error_of_the_call_is_raised():
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """One folder under DVC."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    for folder in (".dvc", "data/mine"):
        (project / folder).mkdir(parents=True)
    (project / ".dvc/config").write_text("[core]\n    no_scm = true\n")
    (project / "data/mine/a.csv").write_text("a\n")
    with open_repository(notes=True) as repo:
        repo.add("data/mine")
    return project


def test_what_is_never_pushed_is_not_looked_for(small, tmp_path_factory):
    small.add_remote(tmp_path_factory.mktemp("store"))
    with open_repository() as repo:
        assert missing_outputs(repo) == ["data/mine.dvc: data/mine"]
    description = (small / "data/mine.dvc").read_text()
    (small / "data/mine.dvc").write_text(description.replace("path:", "push: false\n  path:"))
    with open_repository() as repo:
        assert missing_outputs(repo) == []


def test_a_kind_of_remote_that_needs_a_package_names_it(small):
    (small / ".dvc/config").write_text(
        "[core]\n    no_scm = true\n    remote = g\n['remote \"g\"']\n    url = gs://bucket/x\n"
    )
    with open_repository() as repo, pytest.raises(RetraceError, match="dvc-gs"):
        reach(repo, 30)


@pytest.mark.parametrize("alive", [True, False])
def test_a_dead_web_server_is_told_from_one_without_the_page(pipeline, monkeypatch, web_server, alive):
    url = web_server if alive else "http://127.0.0.1:9"
    (pipeline / ".dvc/config").write_text(
        f"[core]\n    remote = web\n['remote \"web\"']\n    url = {url}\n"
    )
    monkeypatch.chdir(pipeline.folder)
    answer = nullcontext() if alive else pytest.raises(RetraceError, match="nothing answers there")
    with open_repository() as repo, answer:
        assert reach(repo, 5).name == "web"
