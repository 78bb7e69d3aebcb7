"""What `retrace merge-lock` asks of Git; whole merges are in tests/tools/running/test_merge_lock.py."""

import pytest

from project import Project
from retrace.core.errors import RetraceError
from retrace.tools.repository.merging import (
    conflicts,
    merged_commit,
    merged_tree,
    set_driver,
    settle,
    sides,
    stages_of,
)

LOCK = "schema: '2.0'\nstages:\n  one:\n    cmd: {}\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Two branches whose locks differ, the pipeline's command merged by Git."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").touch()
    (tmp_path / ".gitattributes").write_text("dvc.lock -merge\n")
    project.run("git", "init", "-q", "-b", "main")
    for switch, command in (
        ([], "a"),
        (["checkout", "-qb", "other"], "b"),
        (["checkout", "-q", "main"], "c"),
    ):
        if switch:
            project.run("git", *switch)
        (tmp_path / "dvc.lock").write_text(LOCK.format(command))
        (tmp_path / f"{command}.py").touch()
        (tmp_path / "dvc.yaml").write_text("stages:\n  one:\n    cmd: a\n    deps: [b.py, c.py]\n")
        project.run("git", "add", "-A")
        project.run("git", "commit", "-qm", command)
    return project


def test_both_sides_of_a_merge_have_their_lock(project):
    ours, theirs = sides("HEAD:./", "other:./")
    assert [side.lock.stages["one"]["cmd"] for side in (ours, theirs)] == ["c", "b"]
    assert ours.content("c.py") == b""
    assert theirs.content("c.py") is None


def test_the_files_of_a_merge_are_seen_before_git_writes_them(project):
    tree, both = merged_tree("other")
    assert both == {"dvc.lock"}
    assert [dep.now is not None for dep in stages_of(tree)[0].dependencies] == [True, True]
    with pytest.raises(RetraceError, match="git merge-tree fails"):
        merged_tree("none")


@pytest.mark.parametrize(
    ("names", "commit"),
    [([], ""), (["GITHEAD_" + "a" * 40], "a" * 40), (["GITHEAD_" + letter * 40 for letter in "ab"], "")],
)
def test_git_tells_which_commit_it_merges(monkeypatch, names, commit):
    for name in names:
        monkeypatch.setenv(name, "other")
    assert merged_commit() == commit


def test_a_conflict_is_ended_by_its_content(project):
    project.run("git", "merge", "other", check=False)
    assert conflicts() == {"dvc.lock"}
    settle({"dvc.lock": b"stages: {}\n"})
    assert conflicts() == set()
    assert project.read("dvc.lock") == b"stages: {}\n"


def test_a_driver_is_set_for_the_top_folder_alone(project, monkeypatch):
    (project / ".git/info/attributes").write_text("*.bin -diff\n")
    set_driver({"metrics.json"})
    lines = (project / ".git/info/attributes").read_text().splitlines()
    assert [*lines[:1], *lines[2:]] == [
        "*.bin -diff",
        "/dvc.lock merge=retrace",
        "/metrics.json merge=retrace",
    ]
    (project / "sub").mkdir()
    monkeypatch.chdir(project / "sub")
    with pytest.raises(RetraceError, match="Git's top folder is needed"):
        set_driver(set())
