import pytest

from retrace.core.errors import RetraceError
from retrace.tools.project import updating
from retrace.tools.project.creating import commit_all, make_project, run_git

LINES = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"

FIRST = {
    "README.md": b"# demo\n",
    "params.yaml": LINES.encode(),
    "old.txt": b"old\n",
    "same.txt": b"same\n",
}
SECOND = FIRST | {"params.yaml": LINES.replace("one", "1").encode(), "new.txt": b"new\n"}
del SECOND["old.txt"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = tmp_path / "demo"
    make_project(folder, FIRST, "1.0")
    monkeypatch.chdir(folder)
    return folder


def write(project, path, text):
    (project / path).write_text(text)
    commit_all(project, f"Mine: {path}")


def update(files, version):
    return updating.update(*updating.last_template(), files, version)


def test_a_template_is_merged_with_what_became_of_the_one_before(project):
    write(project, "params.yaml", LINES.replace("seven", "7"))
    write(project, "own.txt", "own\n")
    done = update(SECOND, "1.1")
    assert (done.before, done.conflicts) == ("1.0", [])
    assert done.changed == ["new.txt", "old.txt", "params.yaml"]
    assert (project / "params.yaml").read_text() == LINES.replace("one", "1").replace("seven", "7")
    assert sorted(path.name for path in project.glob("*.txt")) == ["new.txt", "own.txt", "same.txt"]
    assert updating.name_of_project("HEAD") == "demo"


def test_the_next_update_starts_from_the_last_one(project):
    write(project, "params.yaml", LINES.replace("one", "mine"))
    assert update(FIRST | {"new.txt": b"new\n"}, "1.1").conflicts == []
    commit_all(project, "Updated")
    assert updating.last_template()[1] == "1.1"
    done = update(FIRST | {"new.txt": b"newer\n"}, "1.2")
    assert (done.before, done.changed, done.conflicts) == ("1.1", ["new.txt"], [])


def test_conflicts_are_as_git_shows_them(project):
    write(project, "params.yaml", LINES.replace("one", "mine"))
    done = update(SECOND, "1.1")
    assert done.conflicts == ["params.yaml"]
    assert (project / "params.yaml").read_text().startswith("<<<<<<< HEAD\nmine\n=======\n1\n>>>>>>>")
    run_git(project, "merge", "--abort")
    assert (project / "params.yaml").read_text() == LINES.replace("one", "mine")


def test_the_template_that_is_there_already_changes_nothing(project):
    assert update(FIRST, "1.1").changed == []
    assert run_git(project, "status", "--porcelain") == ""


def test_without_a_template_in_the_history_or_with_changes_nothing_begins(project):
    (project / "same.txt").write_text("changed\n")
    with pytest.raises(RetraceError, match="not committed: commit or stash them, then update"):
        update(SECOND, "1.1")
    run_git(project, "commit", "-q", "-a", "--amend", "-m", "squashed")
    with pytest.raises(RetraceError, match="no commit of the history here is a template's"):
        update(SECOND, "1.1")
