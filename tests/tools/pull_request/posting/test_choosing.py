import pytest

from github_server import REPOSITORY, GitHubServer
from retrace.tools.pull_request.posting.choosing import choose
from retrace.tools.pull_request.posting.github import GitHub, run_of

SHA, NEWER = "a" * 40, "b" * 40
FORK = "stranger/retrace"


@pytest.fixture
def server(tmp_path, monkeypatch):
    with GitHubServer(tmp_path) as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def chosen(server):
    github = GitHub(REPOSITORY, "a-token", f"{server.url}/api/v3", server.url)
    return lambda run: choose(github, run_of(run, REPOSITORY))


def test_a_branchs_request_is_found_by_its_head(server, chosen):
    for number in range(120):  # more than a page, all from branches of the same name
        server.add_pull(number, NEWER, "lower-rate", f"fork{number}/retrace")
    server.add_pull(500, SHA, "lower-rate")
    found = chosen(server.add_run(SHA, "lower-rate"))
    assert (found.pull["number"], found.reason) == (500, "")


def test_a_forks_request_is_found_though_its_commit_is_unknown_here(server, chosen):
    server.add_pull(8, SHA, "main", FORK)
    run = server.add_run(SHA, "main", "tests", "pull_request", FORK)
    found = chosen(run)
    assert (found.pull["number"], found.run.from_fork, found.run.id) == (8, True, run["id"])


def test_another_repository_of_the_same_owner_is_not_taken_for_it(server, chosen):
    server.add_pull(8, SHA, "x", "stranger/retrace-2")
    found = chosen(server.add_run(SHA, "x", "tests", "pull_request", FORK))
    assert (found.pull, found.reason) == (None, "no open pull request from this branch")


def test_a_fork_that_calls_its_workflow_cml_is_still_a_fork(server, chosen):
    server.add_pull(7, SHA, "lower-rate")
    server.add_pull(8, SHA, "lower-rate", FORK)
    found = chosen(server.add_run(SHA, "lower-rate", "cml", "pull_request", FORK))
    assert (found.pull["number"], found.run.from_fork) == (8, True)
    found = chosen(server.add_run(SHA, "lower-rate", "cml", "push", FORK))
    assert (found.run, found.reason) == (None, "no pull request started the run")


def test_a_push_without_a_request_has_a_run_and_no_request(server, chosen):
    found = chosen(server.add_run(SHA, "lower-rate"))
    assert (found.run.sha, found.pull) == (SHA, None)


def test_a_request_that_moved_on_waits_for_its_newest_run(server, chosen):
    server.add_pull(7, NEWER, "lower-rate")
    found = chosen(server.add_run(SHA, "lower-rate"))
    assert (found.pull, found.reason) == (None, "#7 has moved on: its newest run will tell")


def test_cml_counts_before_tests_whichever_ended_last(server, chosen):
    server.add_pull(7, SHA, "lower-rate")
    cml = server.add_run(SHA, "lower-rate", "cml")
    tests = server.add_run(SHA, "lower-rate", "tests")
    assert chosen(cml).run.id == chosen(tests).run.id == cml["id"]


def test_tests_is_silent_while_cml_runs(server, chosen):
    server.add_run(SHA, "lower-rate", "cml", status="in_progress", conclusion=None)
    found = chosen(server.add_run(SHA, "lower-rate", "tests"))
    assert found.run is None
    assert found.reason == ".github/workflows/cml.yml still runs for this commit, and will tell itself"


def test_without_a_gpu_runner_tests_counts(server, chosen):
    server.add_run(SHA, "lower-rate", "cml", conclusion="skipped")
    tests = server.add_run(SHA, "lower-rate", "tests")
    assert chosen(tests).run.id == tests["id"]


def test_a_request_that_is_opened_later_gets_the_result_of_the_push(server, chosen):
    cml = server.add_run(SHA, "lower-rate", "cml")
    server.add_pull(7, SHA, "lower-rate")
    opened = server.add_run(SHA, "lower-rate", "tests", "pull_request", conclusion="skipped")
    found = chosen(opened)
    assert (found.run.id, found.pull["number"]) == (cml["id"], 7)


def test_the_newest_of_several_runs_counts(server, chosen):
    server.add_run(SHA, "lower-rate", conclusion="failure")
    again = server.add_run(SHA, "lower-rate")
    assert chosen(server.runs[0]).run.id == again["id"]


def test_the_run_of_another_branch_with_the_same_commit_does_not_count(server, chosen):
    server.add_pull(7, SHA, "lower-rate")
    own = server.add_run(SHA, "lower-rate")
    server.add_run(SHA, "main")
    found = chosen(own)
    assert (found.run.id, found.pull["number"]) == (own["id"], 7)


@pytest.mark.parametrize("conclusion", ["cancelled", "action_required", "stale"])
def test_a_run_that_was_superseded_or_waits_is_not_shown(server, chosen, conclusion):
    found = chosen(server.add_run(SHA, "lower-rate", conclusion=conclusion))
    assert (found.run, conclusion in found.reason) == (None, True)


def test_of_two_requests_that_into_the_default_branch_is_taken(server, chosen):
    server.add_pull(6, SHA, "lower-rate", base="release")
    server.add_pull(7, SHA, "lower-rate")
    assert chosen(server.add_run(SHA, "lower-rate")).pull["number"] == 7
