import sys

import pytest

from project import Project

pytestmark = pytest.mark.slow


@pytest.fixture
def shared(reproduced, tmp_path):
    """A repository whose run is on a remote; what is committed has no dvc.lock for it."""
    project = reproduced.copy_to(tmp_path / "first")
    project.add_remote(tmp_path / "store")
    project.run("git", "commit", "-q", "-m", "remote", ".dvc/config")
    return project


@pytest.mark.long  # tests/tools/repository/test_run_cache.py has it of a small pipeline
def test_a_colleagues_run_is_not_run_again(shared, tmp_path):
    pushed = shared.retrace("push").stdout
    assert "sent 4 runs to run-cache/main" in pushed
    shared.run("git", "clone", "-q", shared.folder, tmp_path / "second")
    second = Project(tmp_path / "second")
    run = second.run(sys.executable, "-m", "retrace", "repro", "--pull").stdout
    assert "Stage 'train' is cached - skipping run, checking out outputs" in run
    assert "> python src/train.py" not in run
    assert second.read("cache/model.joblib") == shared.read("cache/model.joblib")
    assert second.read("metrics.json") == shared.read("metrics.json")
    assert "4 runs of main are known" in second.retrace("pull").stdout
