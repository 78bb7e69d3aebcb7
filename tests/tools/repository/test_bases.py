import subprocess

import pytest

from made_runs import labelled
from project import Project
from retrace.core.errors import RetraceError
from retrace.tools.repository.bases import (
    current_branch,
    default_base,
    main_branch,
    readable_branches,
    remote,
    without_remote,
)
from retrace.tools.repository.git import find_tree


@pytest.mark.parametrize(
    ("main", "change", "base", "named"),
    [
        ("main", "remote rename origin upstream", "upstream/main", "upstream"),
        ("main", "branch kept", "origin/main", "origin"),
        ("trunk", "branch kept", "origin/trunk", "origin"),
        ("trunk", "branch trunk origin/trunk", "trunk", "origin"),
        ("main", "config init.defaultBranch other", "origin/main", "origin"),
    ],
)
def test_what_stands_for_main_is_found_under_any_name(
    runs, tmp_path, monkeypatch, main, change, base, named
):
    runs.commit(labelled())
    runs.git("branch", "-qm", main)
    source, clone = str(tmp_path), str(tmp_path / "clone")
    subprocess.run(["git", "clone", "-q", source, clone], check=True)
    monkeypatch.chdir(clone)
    for command in ("switch -qc work", f"branch -qD {main}", change):
        subprocess.run(["git", *command.split()], check=True)
    assert (default_base(), remote()) == (base, named)
    assert find_tree(without_remote(base)).commit


def test_a_repository_without_main_says_what_to_do(runs):
    runs.commit(labelled())
    runs.git("branch", "-qm", "trunk")
    with pytest.raises(RetraceError, match="name the base"):
        default_base()
    runs.git("branch", "-qm", "master")
    assert default_base() == "master"


@pytest.fixture
def checked_out(tmp_path, monkeypatch):
    """A repository with one commit on main."""
    project = Project(tmp_path)
    project.run("git", "init", "-q", "-b", "main")
    project.run("git", "commit", "-q", "--allow-empty", "-m", "start")
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_REF_TYPE", "GITHUB_REF_NAME", "GITHUB_HEAD_REF"):
        monkeypatch.delenv(name, raising=False)
    return project


def test_a_branch_reads_its_own_and_mains(checked_out):
    checked_out.run("git", "switch", "-q", "-c", "lr/small")
    assert readable_branches() == ["lr/small", "main"]
    assert readable_branches("other") == ["other", "main"]


def test_main_reads_only_its_own(checked_out):
    assert readable_branches() == ["main"]


def test_where_no_branch_is_checked_out_only_mains_is_read_and_none_written(checked_out):
    checked_out.run("git", "switch", "-q", "--detach")
    assert readable_branches() == ["main"]
    with pytest.raises(RetraceError, match=r"no branch is checked out: .* `--branch <name>`"):
        current_branch()


def test_ci_says_which_branch_was_pushed(checked_out, monkeypatch):
    checked_out.run("git", "switch", "-q", "--detach")
    monkeypatch.setenv("GITHUB_REF_TYPE", "branch")
    monkeypatch.setenv("GITHUB_REF_NAME", "7/merge")
    monkeypatch.setenv("GITHUB_HEAD_REF", "lr/small")
    assert current_branch() == "lr/small"
    monkeypatch.delenv("GITHUB_HEAD_REF")
    monkeypatch.setenv("GITHUB_REF_NAME", "topic")
    assert current_branch() == "topic"


def test_a_pull_request_from_a_branch_called_main_is_not_main(checked_out, monkeypatch):
    checked_out.run("git", "switch", "-q", "--detach")
    monkeypatch.setenv("GITHUB_HEAD_REF", "main")
    with pytest.raises(RetraceError, match="no branch is checked out"):
        current_branch()


@pytest.mark.parametrize(
    "name", ["../main", "a//b", "a/../main", "/a", "a b", "a\n", ".a", "a/.b", "a/"]
)
def test_a_name_that_cannot_be_part_of_a_path_is_refused(checked_out, name):
    with pytest.raises(RetraceError, match="cannot have a run-cache"):
        current_branch(name)


def test_master_stands_for_main_where_there_is_no_other(checked_out):
    checked_out.run("git", "branch", "-q", "-m", "master")
    assert main_branch() == "master"
