import subprocess

import pytest

from github_server import REPOSITORY, GitHubServer
from retrace.tools.pull_request.posting import PostingError
from retrace.tools.pull_request.posting.choosing import Choice, choose
from retrace.tools.pull_request.posting.committing import commit_results
from retrace.tools.pull_request.posting.github import GitHub, run_of

RESULTS = {"dvc.lock": b"new\n", "metrics.json": b"{}", "report/report.md": b"# Same\n"}


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A repository with a branch whose dvc.lock is old and whose metrics.json is not there yet."""
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True)
    with GitHubServer(tmp_path, bare) as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        files = {"dvc.lock": b"old\n", "report/report.md": b"# Same\n", "src/x.py": b"x = 1\n"}
        server.first = commit(server, files, "Lower the rate")
        yield server


def commit(server, files, message, parent=None):
    """Put a commit onto the branch lower-rate, as its author does."""
    index = {"GIT_INDEX_FILE": str(server.bare / "index-of-the-author"), "PATH": "/usr/bin:/bin"}
    who = {f"GIT_{a}_{b}": "a@example.org" for a in ("AUTHOR", "COMMITTER") for b in ("NAME", "EMAIL")}
    for path, content in files.items():
        blob = server.git("hash-object", "-w", "--stdin", input=content).decode().strip()
        server.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", env=index)
    tree = server.git("write-tree", env=index).decode().strip()
    parents = ["-p", parent] if parent else []
    made = server.git("commit-tree", tree, *parents, "-m", message, env=index | who).decode().strip()
    server.git("update-ref", "refs/heads/lower-rate", made)
    return made


@pytest.fixture
def github(server):
    return GitHub(REPOSITORY, "a-token", f"{server.url}/api/v3", server.url)


def head(server):
    return server.git("rev-parse", "refs/heads/lower-rate").decode().strip()


def choice(server, github, sha=None, **run):
    server.pulls.clear()
    server.add_pull(7, sha or server.first, "lower-rate", run.get("repository", REPOSITORY))
    return choose(github, run_of(server.add_run(sha or server.first, "lower-rate", **run), REPOSITORY))


def test_what_changed_is_committed_on_top_of_what_was_run(server, github):
    made = commit_results(github, github, choice(server, github), RESULTS)
    assert head(server) == made
    assert server.git("rev-parse", f"{made}^").decode().strip() == server.first
    changed = server.git("diff", "--name-only", server.first, made).decode().split()
    assert changed == ["dvc.lock", "metrics.json"]
    assert server.git("show", f"{made}:src/x.py") == b"x = 1\n"


def test_a_branch_that_moved_in_between_is_left_alone(server, github):
    found = choice(server, github)
    newer = commit(server, {"src/x.py": b"x = 2\n"}, "More", server.first)
    with pytest.raises(PostingError, match="Expected branch to point to"):
        commit_results(github, github, found, RESULTS)
    assert head(server) == newer


def test_a_branch_that_went_back_is_left_alone_though_it_would_be_a_fast_forward(server, github):
    newer = commit(server, {"src/x.py": b"x = 2\n"}, "More", server.first)
    found = choice(server, github, newer)
    server.git("update-ref", "refs/heads/lower-rate", server.first)
    with pytest.raises(PostingError, match="Expected branch to point to"):
        commit_results(github, github, found, RESULTS)
    assert head(server) == server.first


def test_the_same_results_are_not_committed_again(server, github):
    files = {"dvc.lock": b"new\n", "metrics.json": b"{}"}
    newer = commit(server, files, "Results by hand", server.first)
    with pytest.raises(PostingError, match="the branch has these results"):
        commit_results(github, github, choice(server, github, newer), RESULTS)
    assert head(server) == newer


def test_results_that_change_with_every_run_end_after_one_commit(server, github):
    made = commit_results(github, github, choice(server, github), RESULTS)
    with pytest.raises(PostingError, match="holds the results of a run"):
        commit_results(github, github, choice(server, github, made), RESULTS | {"dvc.lock": b"other\n"})
    assert head(server) == made


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        ({"workflow": "tests"}, "only runs of cml"),
        ({"repository": "stranger/retrace", "event": "pull_request"}, "only runs of cml"),
        ({"conclusion": "failure"}, "did not succeed"),
    ],
)
def test_other_runs_leave_nothing_for_git(server, github, run, reason):
    with pytest.raises(PostingError, match=reason):
        commit_results(github, github, choice(server, github, **run), RESULTS)
    assert (head(server), server.writes()) == (server.first, [])


def test_a_part_of_the_results_is_not_committed(server, github):
    with pytest.raises(PostingError, match="did not succeed with all of"):
        commit_results(github, github, choice(server, github), {})


def test_a_folder_of_the_branch_is_not_replaced(server, github):
    newer = commit(server, {"metrics.json/x": b"x\n"}, "A folder", server.first)
    with pytest.raises(PostingError, match=r"metrics.json of the branch is a folder"):
        commit_results(github, github, choice(server, github, newer), RESULTS)
    assert head(server) == newer


def test_without_a_request_nothing_is_committed(server, github):
    run = run_of(server.add_run(server.first, "lower-rate"), REPOSITORY)
    with pytest.raises(PostingError, match="nothing is committed: no open pull request"):
        commit_results(github, github, Choice(run, None, "no open pull request"), RESULTS)


def test_the_default_branch_is_left_alone(server, github):
    found = choice(server, github)
    found.pull["base"]["repo"]["default_branch"] = "lower-rate"
    with pytest.raises(PostingError, match="takes its results by merging"):
        commit_results(github, github, found, RESULTS)
