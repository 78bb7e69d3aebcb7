import os

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.project.creating import make_project, run_git

FILES = {"README.md": b"# demo\n", ".ci/same": b"#!/bin/sh\n", "data/a/README.md": b"None.\n"}


def test_a_project_is_a_repository_whose_first_commit_is_the_template(tmp_path):
    folder = tmp_path / "deep" / "demo"
    make_project(folder, FILES, "1.0")
    assert run_git(folder, "ls-files").split() == sorted(FILES)
    assert run_git(folder, "log", "--format=%B").splitlines() == [
        "The template of retrace-ml 1.0",
        "",
        "Retrace-Template: 1.0",
    ]
    assert run_git(folder, "status", "--porcelain") == ""
    assert os.access(folder / ".ci/same", os.X_OK)


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("")
    with pytest.raises(RetraceError, match="is there already: name a new folder, or remove it"):
        make_project(tmp_path, FILES, "1.0")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("was_there", [True, False])
def test_what_fails_leaves_nothing_behind(tmp_path, was_there):
    folder = tmp_path / "demo"
    if was_there:
        folder.mkdir()

    def fail():
        raise RetraceError("no")

    with pytest.raises(RetraceError, match="no"):
        make_project(folder, FILES, "1.0", then=fail)
    assert list(tmp_path.rglob("*")) == ([folder] if was_there else [])


def test_without_an_author_the_remedy_is_said(tmp_path, monkeypatch):
    for who in ("AUTHOR", "COMMITTER"):
        for what in ("NAME", "EMAIL"):
            monkeypatch.delenv(f"GIT_{who}_{what}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    with pytest.raises(
        RetraceError, match=r"git does not know who commits: `git config --global user.name"
    ):
        make_project(tmp_path / "demo", FILES, "1.0")
