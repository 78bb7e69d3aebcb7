"""What is left beside a source or a photo changes no hash, and what may be somebody's data does."""

import shutil

import pytest
from dvc.repo import Repo

from project import ROOT


@pytest.fixture(scope="module")
def ignored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repository")
    shutil.copy(ROOT / ".dvcignore", folder)
    with Repo.init(str(folder), no_scm=True) as repo:
        yield lambda path: repo.dvcignore.check_ignore(str(folder / path)).match


@pytest.mark.parametrize("folder", ["src/retrace/core", "src", "data/photos/rain"])
@pytest.mark.parametrize(
    "name",
    [
        *(".DS_Store", "._params.py", "Thumbs.db", "desktop.ini", ".params.py.swp", ".#params.py"),
        *(
            ".~lock.x.csv#",
            ".idea/x.xml",
            ".vscode/x.json",
            "__pycache__/x.pyc",
            ".mypy_cache/x",
            ".nfs1",
        ),
        *(".ipynb_checkpoints/x.py", ".x.pkl.0a1b.unfinished"),
    ],
)
def test_what_editors_and_systems_leave_is_not_hashed(ignored, folder, name):
    assert ignored(f"{folder}/{name}")


@pytest.mark.parametrize("name", ["params.py~", "#params.py#", "params.py.orig", "params.py.rej"])
def test_copies_of_an_editor_are_left_out_of_the_sources_but_not_of_the_data(ignored, name):
    assert ignored(f"src/retrace/core/{name}")
    assert not ignored(f"data/photos/rain/{name}")


@pytest.mark.parametrize(
    "path", ["src/retrace/core/params.py", "data/photos/rain/1.jpg", "data/x/.hidden"]
)
def test_the_rest_is(ignored, path):
    assert not ignored(path)
