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
    """One folder under DVC, and an S3 server that has a bucket."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.run("git", "init", "-q")
    project.dvc("init", "-q")
    (project / "data/mine").mkdir(parents=True)
    (project / "data/mine/a.csv").write_text("a\n")
    (project / "data/mine/b.csv").write_text("b\n")
    project.dvc("add", "-q", "data/mine")
    return project


@pytest.fixture
def s3(small, monkeypatch):
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    for key, value in keys.items():
        monkeypatch.setenv(key.replace("region_name", "aws_default_region").upper(), value)
    (small / ".dvc/config").write_text(
        "[core]\n    remote = store\n['remote \"store\"']\n    url = s3://things/x\n"
        f"    endpointurl = {url}\n"
    )
    yield boto3.client("s3", endpoint_url=url, **keys)
    server.stop()


@pytest.mark.slow
def test_an_s3_remote_is_asked_for_each_file(small, s3):
    with open_repository() as repo, pytest.raises(RetraceError, match="the bucket is not there"):
        reach(repo, 30)
    s3.create_bucket(Bucket="things")
    with open_repository() as repo:
        assert reach(repo, 30).url == "s3://things/x"
        assert missing_outputs(repo) == ["data/mine.dvc: data/mine"]
    small.dvc("push", "-q")
    with open_repository() as repo:
        assert missing_outputs(repo) == []
    s3.delete_object(Bucket="things", Key="x/files/md5/60/b725f10c9c85c70d97880dfe8191b3")
    with open_repository() as repo:
        assert missing_outputs(repo) == ["data/mine.dvc: data/mine (1 of 2 files)"]


@pytest.mark.slow
def test_what_is_never_pushed_is_not_looked_for(small, tmp_path_factory):
    small.dvc("remote", "add", "-q", "-d", "store", str(tmp_path_factory.mktemp("store")))
    description = (small / "data/mine.dvc").read_text()
    (small / "data/mine.dvc").write_text(description.replace("path:", "push: false\n  path:"))
    with open_repository() as repo:
        assert missing_outputs(repo) == []


@pytest.mark.slow
def test_a_kind_of_remote_that_needs_a_package_names_it(small):
    (small / ".dvc/config").write_text(
        "[core]\n    remote = g\n['remote \"g\"']\n    url = gs://bucket/x\n"
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
