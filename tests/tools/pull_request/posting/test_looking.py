import json
import subprocess
from dataclasses import replace

import pytest

from github_server import APP, TOKEN, GitHubServer
from retrace.tools.pull_request.posting.choosing import choose
from retrace.tools.pull_request.posting.github import GitHub, run_of
from retrace.tools.pull_request.posting.looking import LABEL, is_ready, open_test_part
from retrace.tools.pull_request.posting.untrusted import Artifact
from retrace.tools.significance.looks import Look, level, numbered, read_looks

SHA, BRANCH = "a" * 40, "lower-rate"
HASHES = [digit * 32 for digit in "abcdef"]
LOOK = json.loads(
    Look(
        rows=HASHES[0],
        metric="accuracy",
        base=HASHES[1],
        other=HASHES[2],
        request=BRANCH,
        look=1,
        level=level(1),
        p=0.5,
        verdict="worse",
    ).line
)


@pytest.fixture
def server(tmp_path, monkeypatch):
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "init", "-q", "--bare", bare], check=True)
    with GitHubServer(tmp_path, bare) as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        yield server


def opened(server, look=LOOK, token=TOKEN, repository=None, **pull):
    """Ask whether the test part is open, after a run of a request's newest commit."""
    others = {"repository": repository} if repository else {}
    event = ("tests", "pull_request") if repository else ("cml", "push")
    server.pulls.clear()
    server.add_pull(7, SHA, BRANCH, **others, **pull)
    url = f"{server.url}/api/v3"
    run = run_of(server.add_run(SHA, BRANCH, *event, **others), "lab/retrace")
    choice = choose(GitHub("lab/retrace", TOKEN, url, server.url), run)
    artifact = Artifact(comment="of validation", opened="of test", look=look)
    return open_test_part(GitHub("lab/retrace", token, url, server.url), choice, artifact)


def ledger(server):
    shown = ["-C", str(server.bare), "cat-file", "blob", "refs/retrace/looks:looks.jsonl"]
    run = subprocess.run(["git", *shown], capture_output=True, text=True, check=False)
    return run.stdout.splitlines()


@pytest.mark.parametrize(
    ("draft", "labels", "ready"),
    [(False, [], True), (True, [], False), (True, ["bug", LABEL], True), (True, ["bug"], False)],
)
def test_a_draft_stays_closed_unless_it_is_labelled(draft, labels, ready):
    assert is_ready({"draft": draft, "labels": [{"name": name} for name in labels]}) is ready


def test_a_draft_costs_no_look(server):
    found = opened(server, draft=True)
    assert not found.is_open
    assert "opened once the request is ready for review, or has the label open-test-part" in found.said
    assert ledger(server) == []


def test_looks_are_noted_one_on_top_of_the_other_and_repeats_are_free(server):
    second = LOOK | {"other": HASHES[3], "look": 2, "level": level(2)}
    for look in (LOOK, second, LOOK, second | {"base": HASHES[3], "other": HASHES[1]}):
        assert opened(server, look).is_open
    assert [json.loads(line) for line in ledger(server)] == [LOOK, second]
    assert [look.look for look in read_looks(ledger(server))] == [1, 2]


@pytest.mark.parametrize(
    "look",
    [
        LOOK | {"other": HASHES[3]},
        LOOK | {"other": HASHES[3], "look": 2},
        LOOK | {"other": HASHES[3], "look": 3, "level": level(3)},
        LOOK | {"level": level(2)},
    ],
)
def test_what_was_judged_at_another_level_stays_closed(server, look):
    assert opened(server).is_open
    found = opened(server, look)
    assert not found.is_open
    assert "Run cml again" in found.said
    assert len(ledger(server)) == 1


def test_both_halves_number_a_look_alike(server):
    assert opened(server).is_open
    asked = Look(**LOOK | {"other": HASHES[3]})
    found = replace(numbered(asked, read_looks(ledger(server))), p=0.5, verdict="better")
    assert (found.look, found.level) == (2, level(2))
    assert opened(server, json.loads(found.line)).is_open


def test_another_branch_and_another_run_of_a_fork_leave_no_line(server):
    assert "for another branch" in opened(server, LOOK | {"request": "main"}).said
    assert opened(server, repository="stranger/retrace").is_open
    assert opened(server, look=None).is_open
    assert ledger(server) == []


def test_a_race_that_is_lost_is_run_again(server, monkeypatch):
    calls, git = [], server.git

    def raced(*arguments, **options):
        if arguments[0] == "commit-tree" and not calls:
            calls.append(arguments)
            assert opened(server, LOOK | {"request": BRANCH, "rows": HASHES[5]}).is_open
        return git(*arguments, **options)

    monkeypatch.setattr(server, "git", raced)
    assert opened(server).is_open
    assert [json.loads(line)["rows"] for line in ledger(server)] == [HASHES[5], HASHES[0]]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_look_that_cannot_be_noted_is_not_shown(server, method):
    opened(server, draft=True)
    if method == "POST":
        server.fails = {"POST"}
        found = opened(server)
    else:
        found = opened(server, token="another")
    assert not found.is_open
    assert "stays closed, as the look cannot be noted" in found.said


def test_a_damaged_ledger_opens_nothing(server):
    opened(server)
    tree = server.git("mktree", input=b"").decode().strip()
    commit = server.git("commit-tree", tree, "-m", "x", env=APP).decode().strip()
    server.git("update-ref", "refs/retrace/looks", commit)
    assert "holds no looks.jsonl" in opened(server).said
