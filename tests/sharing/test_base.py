import shutil
import sys

import pytest

from project import Project

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clone(reproduced, tmp_path_factory):
    """A clone, its cache empty, of a repository whose main has a run on a remote."""
    folder = tmp_path_factory.mktemp("published")
    author = Project(folder / "author")
    shutil.copytree(reproduced.folder, author.folder, symlinks=True)
    author.dvc("remote", "add", "--default", "store", str(folder / "store"))
    author.run("git", "add", "--all")
    author.run("git", "commit", "-qm", "A run")
    author.dvc("push", "--quiet")
    author.run("git", "clone", "-q", str(author.folder), str(folder / "clone"))
    return Project(folder / "clone")


def pull(clone, *options):
    return clone.run(sys.executable, "-m", "retrace", "pull", *options).stdout


def test_what_the_comment_reads_is_brought_and_nothing_else(clone):
    said = pull(clone, "--base", "origin/main")
    assert "files of origin/main" in said
    assert "runs of main are known" in said
    assert (clone / "report/index.html").is_file()
    assert (clone / "report/predictions.csv").is_file()
    assert not (clone / "cache/model.joblib").exists()


def test_a_base_that_is_not_there_fails_nothing(clone):
    assert "origin/nowhere cannot be compared row by row" in pull(clone, "--base", "origin/nowhere")
