import os

import pytest

from project import Project
from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import open_repository
from retrace.tools.sharing.store import Store, try_out, write

AWS = Store(name="store", url="s3://group/digits", region="eu-central-1")


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A repository of Git and DVC with nothing in it."""
    project = Project(tmp_path)
    project.run("git", "init", "-q")
    (project / ".dvc").mkdir()
    (project / ".dvc/config").write_text("[core]\n    analytics = false\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_CONFIG_FILE", "")  # DVC sets it; this brings back what was
    monkeypatch.delenv("AWS_CONFIG_FILE")
    return project


def config_after(store):
    with open_repository() as repo:
        write(repo, store)
    with open_repository() as repo:
        return repo.config


def test_aws_needs_an_address_and_files_are_verified(bare):
    config = config_after(AWS)
    assert config["core"]["remote"] == "store"
    assert config["remote"]["store"]["url"] == "s3://group/digits"
    assert config["remote"]["store"]["region"] == "eu-central-1"
    assert config["remote"]["store"]["verify"] is True
    assert config["core"]["analytics"] is False
    assert not (bare / ".dvc/s3-client").exists()


def test_another_store_gets_a_file_in_git_for_what_it_needs(bare):
    config = config_after(Store(name="store", url="s3://group/x", endpoint="https://s3.example.org"))
    assert "configpath = s3-client" in (bare / ".dvc/config").read_text()
    client = (bare / ".dvc/s3-client").read_text()
    assert "request_checksum_calculation = when_required" in client
    assert "response_checksum_validation = when_required" in client
    assert "max_attempts = 2" in client
    assert config["remote"]["store"]["configpath"] == str(bare.folder / ".dvc/s3-client")


def test_a_profile_is_not_hidden_by_that_file(bare):
    store = Store(name="store", url="s3://group/x", endpoint="https://s3.example.org", profile="lab")
    config = config_after(store)
    assert config["remote"]["store"]["profile"] == "lab"
    assert "configpath" not in config["remote"]["store"]


@pytest.mark.parametrize(
    "url", ["https://s3.example.org/group", "s3://", "group/x", "s3:/group/x", "s3://a!/x"]
)
def test_what_is_no_s3_url_is_refused(url):
    with pytest.raises(RetraceError, match="is no S3 URL: write s3://<bucket>/<folder>"):
        Store(name="store", url=url)


@pytest.mark.parametrize(
    "url", ["s3://key:secret@group/x", "s3://group/x?aws_secret=secret", "s3:/key:secret@group/x#secret"]
)
def test_a_url_with_keys_is_refused_without_showing_them(url):
    with pytest.raises(RetraceError, match="holds a user, keys or a query") as refused:
        Store(name="store", url=url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("endpoint", ["s3.example.org", "https://", "https://key:secret@s3.example.org"])
def test_what_is_no_endpoint_is_refused(endpoint):
    with pytest.raises(RetraceError, match="must be like https://s3"):
        Store(name="store", url="s3://group/x", endpoint=endpoint)


@pytest.mark.slow
def test_a_store_is_tried_by_writing_reading_and_deleting(bare, swift, monkeypatch):
    for name, value in swift.keys().items():
        monkeypatch.setenv(name, value)
    config_after(Store(name="store", url="s3://shared/tried", endpoint=swift.url))
    with open_repository() as repo:
        remote, refusal = try_out(repo, 8)
    assert (remote.url, refusal) == ("s3://shared/tried", None)
    assert not swift.objects("shared", "tried")


@pytest.mark.slow
def test_a_server_that_never_answers_is_told_in_seconds(bare, silent_server, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    config_after(Store(name="store", url="s3://shared/x", endpoint=silent_server))
    with open_repository() as repo, pytest.raises(RetraceError, match="no answer in 1 seconds"):
        try_out(repo, 1)
    assert os.environ["AWS_CONFIG_FILE"] == str(bare.folder / ".dvc/s3-client")
