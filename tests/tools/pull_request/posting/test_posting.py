import json
import re
import subprocess
import sys

import pytest

from github_server import GitHubServer
from project import ROOT
from retrace.tools.pull_request.posting import __main__ as post

SHA = "a" * 40

FOLDER = ROOT / "src/retrace/tools/pull_request"


@pytest.fixture
def server(tmp_path, monkeypatch):
    with GitHubServer(tmp_path) as server:
        files = {
            "GITHUB_OUTPUT": "output",
            "GITHUB_STEP_SUMMARY": "summary",
            "GITHUB_EVENT_PATH": "event",
        }
        for name, value in (server.variables | {"CML_BIN": "no-such-program"}).items():
            monkeypatch.setenv(name, value)
        for name, file in files.items():
            monkeypatch.setenv(name, str(tmp_path / file))
        yield server


@pytest.fixture
def call(server, tmp_path, monkeypatch):
    """Run one step of the job after a run ended, and return what it added to the job's files."""

    def step(name, run):
        (tmp_path / "event").write_text(json.dumps(server.event(run)))
        monkeypatch.setattr(sys, "argv", ["post", name, "--folder", str(tmp_path / "artifact")])
        for file in ("output", "summary"):
            (tmp_path / file).write_text("")
        post.main()
        return {file: (tmp_path / file).read_text() for file in ("output", "summary")}

    return step


def leave(folder, comment="**better**\n"):
    (folder / "artifact").mkdir()
    (folder / "artifact/comment.md").write_text(comment)


def test_find_names_the_run_and_says_what_is_missing(server, call, capsys):
    run = server.add_run(SHA, "lower-rate")
    assert call("find", run)["output"] == f"run-id={run['id']}\n"
    assert capsys.readouterr().out == "no open pull request from this branch\n"


def test_find_names_no_run_that_is_not_to_be_shown(server, call):
    assert call("find", server.add_run(SHA, "x", conclusion="cancelled"))["output"] == ""


def test_the_same_text_goes_to_the_summary_and_to_the_request(server, call, tmp_path, capsys):
    leave(tmp_path)
    server.add_pull(7, SHA, "lower-rate")
    summary = call("comment", server.add_run(SHA, "lower-rate"))["summary"]
    assert summary.rstrip().endswith("**better**")
    assert server.comments[7][0]["body"].startswith(summary.rstrip())
    assert "posted on #7, without CML" in capsys.readouterr().out


def test_without_a_request_the_summary_has_it(server, call, tmp_path, capsys):
    leave(tmp_path)
    assert "**better**" in call("comment", server.add_run(SHA, "lower-rate"))["summary"]
    assert capsys.readouterr().out == "not posted: no open pull request from this branch\n"
    assert server.writes() == []


def test_a_comment_that_fails_is_a_warning_and_the_summary_has_it(server, call, tmp_path, capsys):
    leave(tmp_path)
    server.add_pull(7, SHA, "lower-rate")
    server.fails = {"POST"}
    assert "**better**" in call("comment", server.add_run(SHA, "lower-rate"))["summary"]
    assert capsys.readouterr().out.startswith("::warning::not posted on #7: POST ")


def test_an_artifact_with_a_link_in_it_is_told_and_not_used(server, call, tmp_path):
    leave(tmp_path)
    (tmp_path / "artifact/dvc.lock").symlink_to("/etc/passwd")
    summary = call("comment", server.add_run(SHA, "lower-rate"))["summary"]
    assert "'dvc.lock' in the artifact is no plain file: nothing of it is used" in summary
    assert "better" not in summary


def test_an_artifact_cannot_choose_the_request(server, call, tmp_path):
    leave(tmp_path, '{"number": 1}\n#1 pull request 1\n')
    server.add_pull(1, "b" * 40, "main")
    server.add_pull(7, SHA, "lower-rate", "stranger/retrace")
    call("comment", server.add_run(SHA, "lower-rate", "tests", "pull_request", "stranger/retrace"))
    assert list(server.comments) == [7]


def test_a_run_that_ended_since_is_not_shown_with_the_artifact_of_another(
    server, call, tmp_path, monkeypatch, capsys
):
    leave(tmp_path)
    server.add_pull(7, SHA, "lower-rate")
    tests = server.add_run(SHA, "lower-rate", "tests")
    cml = server.add_run(SHA, "lower-rate")
    monkeypatch.setenv("RETRACE_RUN_ID", str(tests["id"]))
    assert call("comment", tests)["summary"] == ""
    assert capsys.readouterr().out == f"run {cml['id']} has ended meanwhile, and will tell itself\n"
    monkeypatch.setenv("RETRACE_RUN_ID", "")
    assert (call("comment", tests)["summary"], server.writes()) == ("", [])


def test_commit_says_why_it_does_not(server, call, tmp_path, monkeypatch, capsys):
    leave(tmp_path)
    monkeypatch.setenv("RETRACE_APP_TOKEN", "a-token")
    server.add_pull(7, SHA, "lower-rate")
    call("commit", server.add_run(SHA, "lower-rate"))
    assert "nothing is committed: the run did not succeed with all of" in capsys.readouterr().out


def test_it_needs_nothing_to_be_installed_and_loads_nothing_else_of_retrace():
    """`-S` and `-I` leave only Python's own library and one folder to import from."""
    check = (
        f"import sys; sys.path.insert(0, {str(FOLDER)!r}); import posting.__main__; print(*sys.modules)"
    )
    command = [sys.executable, "-I", "-S", "-c", check]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "posting.github" in run.stdout.split()
    assert "retrace" not in run.stdout


def test_no_function_imports_anything_else_of_retrace_either():
    for file in (FOLDER / "posting").glob("*.py"):
        assert not re.findall(r"^\s*(?:from|import) +(?:\.\.|retrace)", file.read_text(), re.M), (
            file.name
        )


def test_a_mistake_is_one_line(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "posting", "find"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(FOLDER)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert run.stderr.startswith("error: this needs GITHUB_TOKEN")
