import contextlib
import dataclasses
import datetime
import hashlib

import pytest
from filelock import FileLock

from retrace.tools.dashboard.page import vega_library
from retrace.tools.dashboard.runs import Run

SCORES = {"accuracy": 0.9, "f1_macro": 0.8, "log_loss": 0.4}


@pytest.fixture(scope="session")
def make_run(tmp_path_factory):
    """Make a run whose outputs are files, as DVC's cache has them."""
    folder = tmp_path_factory.mktemp("cache")

    def make(name, *, table=None, history=None, scores=SCORES, params=None, **fields):
        run = Run(
            revision=hashlib.sha1(name.encode()).hexdigest(),
            experiment=name,
            time=datetime.datetime(2026, 5, 4, 12, len(name)),
            params={"model": "mlp", "seed": 1} | (params or {}),
            metrics={f"validation.{key}": value for key, value in scores.items()}
            | {f"test.{key}": value for key, value in scores.items()},
        )
        for path, content in (
            ("report/predictions.csv", table),
            ("report/training_history.csv", history),
        ):
            if content is not None:
                file = folder / f"{name.replace('/', '_')}-{len(list(folder.iterdir()))}.csv"
                content.to_csv(file, index=False)
                md5 = hashlib.md5(file.read_bytes()).hexdigest()
                run = dataclasses.replace(
                    run, hashes={**run.hashes, path: md5}, files={**run.files, path: file}
                )
        return dataclasses.replace(run, **fields)

    return make


@pytest.fixture(scope="session")
def bundled(common):
    """A folder in which Vega was bundled, once for all tests: it takes two seconds."""
    folder = common / "vega"
    with FileLock(folder.with_suffix(".lock")):
        folder.mkdir(exist_ok=True)
        with contextlib.chdir(folder):
            vega_library()
    return folder
