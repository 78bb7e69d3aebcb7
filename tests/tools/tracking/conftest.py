import json
import shutil

import pandas as pd
import pytest

from made_runs import MadeRuns, labelled
from retrace.tools.tracking import choosing, store
from retrace.tools.tracking.store import FOLDER, open_store

HISTORY = "epoch,train_loss,validation_loss\n1,0.9,0.8\n2,0.5,\n"
SVG = b"<svg/>"

REPORT = """# Made up: `svm`

| metric | | test | 95 % interval | validation |
| --- | --- | ---: | :---: | ---: |
| accuracy | higher is better | 0.8 | 0.70 to 0.90 | 0.8 |
"""


class Reported(MadeRuns):
    """Runs with a history, a figure and a model, as the pipeline leaves them."""

    def __init__(self, folder):
        super().__init__(folder)
        self.made = {"cache/model.joblib": b"a model"}
        self.write(".gitignore", "/report/*\n!/report/report.md\n/.retrace/\n")
        self.write("report/report.md", REPORT)

    @staticmethod
    def rows(right=0.8, seed=0):
        """Make predictions of both parts up, so many right."""
        test, validation = labelled(right=right, seed=seed), labelled(right=right, seed=seed + 100)
        return pd.concat([test, validation.assign(part="validation", id=validation["id"] + 1000)])

    def cache(self, content, suffix=""):
        found = self.write("made", content)
        (self.folder / "made").unlink()
        self.write(f".dvc/cache/files/md5/{found[:2]}/{found[2:]}{suffix}", content)
        return found + suffix

    def _stages(self, params, outs):
        listing = json.dumps([{"md5": self.cache(SVG), "relpath": "roc.svg"}]).encode()
        made = {
            "report/training_history.csv": self.cache(HISTORY),
            "report/figures": self.cache(listing, ".dir"),
        } | {path: self.cache(content) for path, content in self.made.items()}
        return super()._stages(params, outs | made)


@pytest.fixture(scope="session")
def tables(tmp_path_factory):
    """A store with its tables and no run: to make them takes seconds."""
    folder = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setenv("MLFLOW_EXPERIMENT_NAME", "made")
        with open_store():
            pass
    return folder / FOLDER


@pytest.fixture
def runs(tmp_path, monkeypatch, tables):
    """A repository of made-up runs that stands where commands run, with an empty store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(store.SERVER, raising=False)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "made")
    shutil.copytree(tables, tmp_path / FOLDER)
    choosing._side.cache_clear()
    return Reported(tmp_path)


@pytest.fixture
def logged(runs):
    """Return the runs of the store, by their names."""

    def read():
        with open_store() as opened:
            found = opened.client.search_runs([opened.experiment])
        return {run.info.run_name: run for run in found}

    return read
