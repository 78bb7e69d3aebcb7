import shutil

import pytest

from project import Project
from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import open_repository
from retrace.tools.repository.report_files import fetch_base, pull_report
from retrace.tools.repository.transfers import send

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clone(reproduced, tmp_path_factory):
    """A clone, its cache empty, of a repository whose main has a run on a remote."""
    folder = tmp_path_factory.mktemp("published")
    author = reproduced.copy_to(folder / "author")
    author.add_remote(folder / "store")
    author.run("git", "add", "--all")
    author.run("git", "commit", "-qm", "A run")
    with open_repository(author.folder, notes=True) as repo:
        send(repo)
    author.run("git", "clone", "-q", str(author.folder), str(folder / "clone"))
    return Project(folder / "clone")


@pytest.fixture
def repo(clone, monkeypatch):
    monkeypatch.chdir(clone.folder)
    with open_repository(notes=True) as repo:
        yield repo


def test_what_tells_of_a_run_is_brought_and_nothing_else(clone, repo):
    assert fetch_base(repo, "origin/main") == 4
    pull_report(repo)
    assert (clone / "report/index.html").is_file()
    assert (clone / "report/predictions.csv").is_file()
    assert not (clone / "cache/model.joblib").exists()


def test_a_base_that_is_not_there_is_told(repo):
    with pytest.raises(RetraceError, match="'origin/nowhere' is no branch"):
        fetch_base(repo, "origin/nowhere")


@pytest.mark.parametrize("content", ["<<<<<<< HEAD\n", "stages: [1]\n"])
def test_a_damaged_lock_of_the_base_is_told(clone, repo, content):
    there = (clone / "dvc.lock").read_text()
    (clone / "dvc.lock").write_text(content)
    made = clone.run("git", "stash", "create").stdout.strip()
    (clone / "dvc.lock").write_text(there)
    with pytest.raises(RetraceError, match=f"dvc.lock of {made} (is|holds)"):
        fetch_base(repo, made)


def test_what_the_remote_lacks_or_has_damaged_is_told_and_not_put_in_place(clone, repo):
    for path in (clone.folder.parent / "store/files/md5").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_text("damaged")
    shutil.rmtree(clone / ".dvc/cache", ignore_errors=True)
    (clone / "report/predictions.csv").unlink(missing_ok=True)
    with pytest.raises(RetraceError, match="lacks 4 of 4 files, or has them damaged"):
        fetch_base(repo, "origin/main")
    assert not (clone / "report/predictions.csv").exists()
