import shutil

import pytest

from made_runs import MadeRuns
from small_pipeline import SmallPipeline, make_small_pipeline


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A repository whose commits are made-up runs; the test stands in it."""
    monkeypatch.chdir(tmp_path)
    return MadeRuns(tmp_path)


@pytest.fixture(scope="session")
def small_pipeline_that_ran(tmp_path_factory):
    return make_small_pipeline(tmp_path_factory.mktemp("small"))


@pytest.fixture
def pipeline(small_pipeline_that_ran, tmp_path):
    """A copy of a small repository in which `retrace repro` runs in no time."""
    folder = shutil.copytree(small_pipeline_that_ran.folder, tmp_path / "pipeline", symlinks=True)
    return SmallPipeline(folder)
