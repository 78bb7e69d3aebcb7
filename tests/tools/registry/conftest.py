import json
import shutil

import pytest

from made_runs import IDENTITY, MadeRuns, labelled, md5


class MadeModels(MadeRuns):
    """A repository whose commits are runs with a model and data checks, and whose remote is a folder."""

    warnings = ()

    def _stages(self, params, outs):
        checks = json.dumps({"warnings": list(self.warnings)}).encode()
        found = md5(checks)
        self.write(f".dvc/cache/files/md5/{found[:2]}/{found[2:]}", checks)
        model = f"model of {outs['report/predictions.csv']}".encode()
        self.write(f".dvc/cache/files/md5/{md5(model)[:2]}/{md5(model)[2:]}", model)
        return super()._stages(
            params, outs | {"cache/data_checks.json": found, "cache/model.joblib": md5(model)}
        )

    def train(self, right, *, push=True, branch="main"):
        """Commit a run that is right in such a share of the rows."""
        commit = self.commit(
            labelled(n=400, right=right, seed=1), branch=branch, seed=round(right * 100)
        )
        if push:
            shutil.copytree(self.folder / ".dvc/cache", self.store, dirs_exist_ok=True)
        return commit


@pytest.fixture
def models(tmp_path, tmp_path_factory, monkeypatch):
    """The test stands in it."""
    monkeypatch.chdir(tmp_path)
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    made = MadeModels(tmp_path)
    made.store = tmp_path_factory.mktemp("store")
    # The raw data, which every made-up run names, are on the remote too.
    raw = made.store / "files/md5" / md5(b"raw")[:2]
    raw.mkdir(parents=True)
    (raw / md5(b"raw")[2:]).write_bytes(b"raw")
    made.write(
        ".dvc/config", f"[core]\n    remote = disk\n['remote \"disk\"']\n    url = {made.store}\n"
    )
    return made
