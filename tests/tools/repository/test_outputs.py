import shutil
from pathlib import Path

import pytest

from made_runs import labelled
from retrace.core.artifacts import PREDICTIONS
from retrace.core.errors import ArtifactError
from retrace.tools.repository.git import find_tree
from retrace.tools.repository.outputs import lacking_on_remote, stored_output
from retrace.tools.repository.sides import read_side


@pytest.fixture
def side(runs, tmp_path_factory):
    """A run whose predictions are in the cache alone; its remote is an empty folder."""
    store = tmp_path_factory.mktemp("store")
    config = f"[core]\n    remote = disk\n['remote \"disk\"']\n    url = {store}\n"
    runs.write(".dvc/config", config)
    runs.commit(labelled())
    found = read_side(find_tree("main"))
    return found, Path(".dvc/cache/files/md5"), store / "files/md5"


def test_what_is_nowhere_is_said_with_what_to_do(side):
    found, cache, _ = side
    shutil.rmtree(cache)
    with pytest.raises(ArtifactError, match="neither here nor on a DVC remote: run `retrace push`"):
        stored_output(found.tree, found.lock, PREDICTIONS)


def test_what_the_remote_has_is_brought_here(side):
    found, cache, store = side
    shutil.move(cache, store)
    content = stored_output(found.tree, found.lock, PREDICTIONS).read_text()
    assert content.startswith("part,id,group,row_hash,true,predicted")


def test_what_is_damaged_is_refused(side):
    found, _, _ = side
    path = stored_output(found.tree, found.lock, PREDICTIONS)
    path.write_text("other")
    with pytest.raises(ArtifactError, match="is damaged"):
        stored_output(found.tree, found.lock, PREDICTIONS)


def test_what_the_remote_lacks_is_named_but_not_what_git_keeps(side):
    found, cache, store = side
    assert "report/predictions.csv" in lacking_on_remote(found.tree, found.lock)
    assert "metrics.json" not in lacking_on_remote(found.tree, found.lock)
    shutil.copytree(cache, store)
    assert "report/predictions.csv" not in lacking_on_remote(found.tree, found.lock)
