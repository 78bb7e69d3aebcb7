import pytest

from made_runs import MadeRuns


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A repository whose commits are made-up runs; the test stands in it."""
    monkeypatch.chdir(tmp_path)
    return MadeRuns(tmp_path)
