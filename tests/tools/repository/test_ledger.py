import subprocess

import pytest

from made_runs import IDENTITY
from retrace.core.errors import RetraceError
from retrace.tools.repository import ledger
from retrace.tools.repository.ledger import LOOKS, add_line, read_ledger


def git(folder, *arguments):
    run = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.fixture
def clones(tmp_path, monkeypatch):
    """A bare repository, and two clones of it."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    git(tmp_path, "init", "-q", "-b", "main", "first")
    git(tmp_path / "first", "commit", "-q", "--allow-empty", "-m", "start")
    git(tmp_path, "clone", "-q", "--bare", "first", "bare.git")
    git(tmp_path / "first", "remote", "add", "origin", str(tmp_path / "bare.git"))
    git(tmp_path, "clone", "-q", "bare.git", "second")
    monkeypatch.chdir(tmp_path / "first")
    return tmp_path


def adding(line):
    return lambda lines: None if line in lines else line


def test_lines_are_added_one_after_another_and_reach_the_remote(clones, monkeypatch):
    assert read_ledger() == ([], "")
    assert [add_line(adding(line)) for line in ("one", "two", "one")] == ["", "", ""]
    assert git(clones / "bare.git", "log", "--format=%s", LOOKS).splitlines() == (
        ["A look at the test part"] * 2
    )
    monkeypatch.chdir(clones / "second")
    assert read_ledger() == (["one", "two"], "")
    assert read_ledger(ask_remote=False).lines == []


def test_lines_of_two_clones_that_were_apart_are_joined(clones, monkeypatch):
    git(clones, "-C", "first", "remote", "set-url", "origin", str(clones / "nowhere"))
    assert "nowhere" in add_line(adding("here"))
    assert read_ledger().lines == ["here"]
    assert "nowhere" in read_ledger().unread
    monkeypatch.chdir(clones / "second")
    assert add_line(adding("there")) == ""
    monkeypatch.chdir(clones / "first")
    git(clones, "-C", "first", "remote", "set-url", "origin", str(clones / "bare.git"))
    assert add_line(adding("here")) == ""
    monkeypatch.chdir(clones / "second")
    assert read_ledger().lines == ["there", "here"]


def test_a_race_that_is_lost_is_run_again_with_the_new_lines(clones, monkeypatch):
    seen, push = [], ledger._push

    def slow_push(commit, theirs):
        monkeypatch.setattr(ledger, "_push", push)
        if len(seen) == 1:
            monkeypatch.chdir(clones / "second")
            assert add_line(adding("faster")) == ""
            monkeypatch.chdir(clones / "first")
        return push(commit, theirs)

    def line(lines):
        seen.append(lines)
        return "slower"

    monkeypatch.setattr(ledger, "_push", slow_push)
    assert add_line(line) == ""
    assert seen[0] == []
    assert seen[-1] == ["faster"]
    assert read_ledger().lines == ["faster", "slower"]


def test_who_may_not_push_keeps_the_line_and_is_told(clones):
    hook = clones / "bare.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert "pre-receive hook declined" in add_line(adding("one"))
    assert read_ledger().lines == ["one"]


def test_without_a_remote_the_lines_are_here(tmp_path, monkeypatch):
    git(tmp_path, "init", "-q")
    monkeypatch.chdir(tmp_path)
    assert add_line(adding("one")) == ""
    assert read_ledger() == (["one"], "")


def test_a_line_that_is_refused_is_not_added(clones):
    def refuses(lines):
        raise RetraceError("no")

    with pytest.raises(RetraceError):
        add_line(refuses)
    assert read_ledger().lines == []
