import shutil

import pytest

from project import Project

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clone(reproduced, tmp_path_factory):
    """A clone, its cache empty, of a repository whose main has a run on a remote."""
    folder = tmp_path_factory.mktemp("published")
    author = Project(folder / "author")
    shutil.copytree(reproduced.folder, author.folder, symlinks=True)
    author.add_remote(folder / "store")
    author.run("git", "add", "--all")
    author.run("git", "commit", "-qm", "A run")
    author.retrace("push")
    author.run("git", "clone", "-q", str(author.folder), str(folder / "clone"))
    return Project(folder / "clone")


def pull(clone, *options):
    return clone.retrace("pull", *options).stdout


def test_what_the_comment_reads_is_brought_and_nothing_else(clone):
    said = pull(clone, "--base", "origin/main")
    assert "files of origin/main" in said
    assert (clone / "report/index.html").is_file()
    assert (clone / "report/predictions.csv").is_file()
    assert not (clone / "cache/model.joblib").exists()


def test_a_base_that_is_not_there_fails_nothing(clone):
    assert "not fetched, origin/nowhere: " in pull(clone, "--base", "origin/nowhere")


@pytest.mark.parametrize("content", ["<<<<<<< HEAD\n", "- 1\n"])
def test_a_damaged_lock_of_the_base_fails_nothing(clone, content):
    there = (clone / "dvc.lock").read_text()
    (clone / "dvc.lock").write_text(content)
    made = clone.run("git", "stash", "create").stdout.strip()
    (clone / "dvc.lock").write_text(there)
    assert f"dvc.lock of {made} is damaged" in pull(clone, "--base", made)


def test_what_the_remote_lacks_or_has_damaged_is_said_and_fails_nothing(clone):
    store = clone.folder.parent / "store"
    for path in (store / "files/md5").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_text("damaged")
    shutil.rmtree(clone / ".dvc/cache", ignore_errors=True)
    shutil.rmtree(clone / "report/figures", ignore_errors=True)
    (clone / "report/predictions.csv").unlink(missing_ok=True)
    said = pull(clone, "--base", "origin/main")
    assert "not fetched, origin/main: " in said
    assert not (clone / "report/predictions.csv").exists()
