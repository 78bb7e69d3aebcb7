import dataclasses
import hashlib
from pathlib import Path

import pytest

from retrace.models.provenance import training_record


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "train.pkl"
    path.write_bytes(b"rows")
    return path


def test_a_record_repeats(params, file):
    assert training_record(params, [file]) == training_record(params, [file])


def test_the_data_are_named_by_the_md5_that_dvc_uses(params, file):
    record = training_record(params, [file])
    assert record["made_from"]["data"][str(file)] == hashlib.md5(b"rows").hexdigest()


def test_what_train_depends_on_changes_the_hash_and_nothing_else_does(params, file):
    def digest(**changes):
        return training_record(dataclasses.replace(params, **changes), [file])["made_from"]["params"]

    assert digest(seed=params.seed + 1) != digest()
    assert digest(metric="log_loss") == digest()
    unused = next(name for name in params.models if name != params.model)
    assert digest(models=params.models | {unused: {}}) == digest()


def test_no_path_of_this_machine_is_recorded(params, file, monkeypatch):
    monkeypatch.chdir(file.parent)
    record = training_record(params, [Path("train.pkl")])
    assert record["made_from"]["data"].keys() == {"train.pkl"}
    assert "/" not in str(record["versions"]) + str(record["made_from"])
