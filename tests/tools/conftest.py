import pytest
from sklearn.datasets import load_wine

from chromium import chromium
from made_runs import MadeRuns
from small_pipeline import make_small_pipeline


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A repository whose commits are made-up runs; the test stands in it."""
    monkeypatch.chdir(tmp_path)
    return MadeRuns(tmp_path)


@pytest.fixture(scope="session")
def small_pipeline_that_ran(tmp_path_factory):
    return make_small_pipeline(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def one_browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(one_browser):
    """A browser that has nothing to say of other files' pages."""
    one_browser.get("about:blank")
    one_browser.get_log("performance"), one_browser.get_log("browser")
    return one_browser


@pytest.fixture
def pipeline(small_pipeline_that_ran, tmp_path):
    """A copy of a small repository in which `retrace repro` runs in no time."""
    return small_pipeline_that_ran.copy_to(tmp_path / "pipeline")


@pytest.fixture
def wine(tmp_path):
    path = tmp_path / "wine.csv"
    load_wine(as_frame=True).data.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def published(reproduced, tmp_path_factory):
    """A clone whose run is committed as version v1.0.0, and pushed to a remote."""
    folder = tmp_path_factory.mktemp("published")
    clone = reproduced.copy_to(folder / "clone")
    clone.add_remote(folder / "store")
    clone.run("git", "add", "-A")
    clone.run("git", "commit", "-qm", "the run")
    clone.run("git", "tag", "-a", "model@v1.0.0", "-m", "the first")
    clone.dvc("push", "-q", "cache/model.joblib")
    return clone
