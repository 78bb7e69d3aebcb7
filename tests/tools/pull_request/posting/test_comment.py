import os
import shutil

import pytest

from github_server import REPOSITORY, GitHubServer
from retrace.tools.pull_request.posting.comment import MARK, compose, post
from retrace.tools.pull_request.posting.github import GitHub, GitHubError, run_of
from retrace.tools.pull_request.posting.sanitizing import length
from retrace.tools.pull_request.posting.untrusted import Artifact

SHA = "a" * 40
OURS = 'old text\n\n![](https://cml.dev/watermark.png#abc "CML watermark retrace")'
STRANGER = {"login": "stranger", "type": "User"}

CML = os.environ.get("CML_BIN", "cml")


@pytest.fixture
def server(tmp_path, monkeypatch):
    with GitHubServer(tmp_path) as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("HOME", str(tmp_path))  # CML writes into Git's global settings
        monkeypatch.setenv("CML_BIN", "no-such-program")
        yield server


@pytest.fixture
def github(server):
    return GitHub(REPOSITORY, "a-token", f"{server.url}/api/v3", server.url)


@pytest.fixture
def run(server):
    return run_of(server.add_run(SHA, "lower-rate"), REPOSITORY)


@pytest.fixture
def forks_run(server):
    found = server.add_run(SHA, "x`@lab", "tests", "pull_request", "stranger/retrace")
    return run_of(found, REPOSITORY)


@pytest.fixture
def cml(server, monkeypatch):
    if not shutil.which(CML.split()[0]):
        pytest.skip("the half with the real CML is left out: no cml on the PATH, and CML_BIN names none")
    monkeypatch.setenv("CML_BIN", CML)


def test_what_github_says_stands_above_what_the_run_says(github, run):
    text = compose(github, run, Artifact(comment="**better**: so it is\n"), f"{github.server}/artifact")
    head, said = text.split("\n\n", 1)
    assert head == (
        f"[{SHA[:9]}]({github.server}/{REPOSITORY}/commit/{SHA}) on `lower-rate` · [cml]({run.url}):"
        f" success, 70 s · [artifact]({github.server}/artifact) (`report/index.html` has it all)"
    )
    assert said == "**better**: so it is\n"


def test_of_a_fork_it_says_whose_words_these_are(github, forks_run):
    text = compose(github, forks_run, Artifact(comment="**better** says @lab\n"), None)
    assert "on `x??lab`" in text
    assert "This run was the fork's own" in text.split("\n\n---\n\n")[0]
    assert text.endswith("**better** says @\u200blab\n")


def test_the_name_of_a_forks_workflow_file_is_not_shown(server, github):
    name = "x](https:&sol;&sol;evil.example) ![&commat;lab"
    found = server.add_run(SHA, "x", name, "pull_request", "stranger/retrace")
    text = compose(github, run_of(found, REPOSITORY), Artifact(), None)
    assert "evil" not in text
    assert f" · [run]({found['html_url']}): success" in text


def test_a_run_without_a_report_points_to_its_log(github, run):
    text = compose(github, run, Artifact(), None)
    assert text.endswith("> [!WARNING]\n> The run left no report: its log tells why.\n")


def test_a_refused_artifact_is_told_without_its_names_coming_alive(github, run):
    text = compose(
        github, run, Artifact(), None, problem="'![](https://evil.example)' belongs to no report"
    )
    assert "](https://evil.example)" not in text


def test_with_all_that_is_added_it_fits(github, forks_run):
    text = compose(
        github, forks_run, Artifact(comment="@x and more\n" * 100_000), f"{github.server}/artifact"
    )
    assert 60_000 < length(text) <= 65_536 - 200


def test_a_first_comment_is_created_and_the_next_changes_it(server, github, run):
    assert post(github, 7, "first", run) == post(github, 7, "second", run) == "without CML"
    assert [each["body"].split("\n")[0] for each in server.comments[7]] == ["second"]
    assert MARK.search(server.comments[7][0]["body"])
    assert [method for method, _ in server.writes()] == ["POST", "PATCH"]


@pytest.mark.slow
def test_cml_creates_it_and_changes_it(cml, server, github, run):
    assert post(github, 7, "first", run) == post(github, 7, "second", run) == "with CML"
    assert [each["body"].split("\n")[0] for each in server.comments[7]] == ["second"]
    assert f"watermark.png#{SHA}" in server.comments[7][0]["body"]
    assert [method for method, _ in server.writes()] == ["POST", "PATCH"]


@pytest.mark.slow
def test_past_cmls_first_page_the_comment_is_still_found(cml, server, github, run):
    for number in range(130):
        server.add_comment(7, f"busy {number}", STRANGER)
    own = server.add_comment(7, OURS)
    assert post(github, 7, "new", run) == "without CML"
    assert (own["body"].split("\n")[0], len(server.comments[7])) == ("new", 131)


@pytest.mark.slow
def test_a_mark_that_a_stranger_copied_is_left_alone(cml, server, github, run):
    theirs = server.add_comment(7, OURS, STRANGER)
    assert post(github, 7, "ours", run) == "without CML"
    assert theirs["body"] == OURS
    assert [each["body"].split("\n")[0] for each in server.comments[7]] == ["old text", "ours"]
    later = server.add_comment(7, OURS, STRANGER)
    post(github, 7, "again", run)
    assert [each["body"].split("\n")[0] for each in server.comments[7]] == [
        "old text",
        "again",
        "old text",
    ]
    assert later["body"] == OURS


def test_comments_that_lost_their_author_or_text_are_passed_over(server, github, run):
    server.add_comment(7, None)
    server.add_comment(7, OURS, None)
    post(github, 7, "ours", run)
    assert len(server.comments[7]) == 3


def test_where_cml_fails_the_comment_is_posted_without_it(server, github, run, monkeypatch):
    monkeypatch.setenv("CML_BIN", "false")
    assert post(github, 7, "text", run) == "without CML"
    assert len(server.comments[7]) == 1


def test_a_refusal_is_an_error(server, github, run):
    server.fails = {"POST"}
    with pytest.raises(GitHubError, match="403"):
        post(github, 7, "text", run)
