import json

import pytest

from github_server import REPOSITORY, GitHubServer
from retrace.tools.pull_request.posting.github import (
    GitHub,
    GitHubError,
    artifact_url,
    from_environment,
    run_of,
)


@pytest.fixture
def server(tmp_path, monkeypatch):
    with GitHubServer(tmp_path) as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def github(server):
    return GitHub(REPOSITORY, "a-token", f"{server.url}/api/v3", server.url)


def test_all_pages_are_read(server, github):
    for number in range(250):
        server.add_comment(7, f"comment {number}")
    found = list(github.pages("issues/7/comments"))
    assert [each["body"] for each in found] == [f"comment {number}" for number in range(250)]
    assert len(server.asked) == 3


def test_a_refusal_says_what_github_says(server, github):
    server.fails = {"POST"}
    with pytest.raises(GitHubError, match="403 Resource not accessible") as error:
        github.request("POST", "issues/7/comments", {"body": "x"})
    assert error.value.status == 403


def test_a_wrong_token_and_a_dead_server_are_one_line_each(server, github):
    github.token = "another"
    with pytest.raises(GitHubError, match="401 Bad credentials"):
        github.get("pulls")
    github.api = "https://127.0.0.1:9"
    with pytest.raises(GitHubError, match="no answer that can be read"):
        github.get("pulls")


def test_a_certificate_of_nobody_is_not_trusted(server, github, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(GitHubError, match="CERTIFICATE_VERIFY_FAILED"):
        github.get("pulls")


def test_the_run_comes_from_the_event(server, tmp_path, monkeypatch):
    run = server.add_run("a" * 40, "lower-rate", repository="stranger/retrace", event="pull_request")
    (tmp_path / "event.json").write_text(json.dumps(server.event(run)))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
    github, found = from_environment()
    assert github.repository == REPOSITORY
    assert (found.owner, found.from_fork, found.sha) == ("stranger", True, "a" * 40)


@pytest.mark.parametrize("event", ["{", "{}", '{"repository": {"full_name": "a/b"}}', "[]"])
def test_another_event_is_one_line(server, tmp_path, monkeypatch, event):
    (tmp_path / "event.json").write_text(event)
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
    with pytest.raises(GitHubError, match="what a workflow_run event gives"):
        from_environment()


def test_a_run_whose_repository_is_gone_is_none(server):
    run = server.add_run("a" * 40, "x")
    assert run_of(run | {"head_repository": None}, REPOSITORY) is None


def test_the_artifact_has_an_address_until_it_expires(server, github):
    run = server.add_run("a" * 40, "x")
    found = run_of(run, REPOSITORY)
    there = f"{server.url}/{REPOSITORY}/actions/runs/{found.id}/artifacts/{found.id + 5}"
    assert artifact_url(github, found, "pull-request") == there
    server.artifacts[found.id][0]["expired"] = True
    assert artifact_url(github, found, "pull-request") is None
