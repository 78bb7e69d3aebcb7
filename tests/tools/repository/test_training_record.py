import dataclasses
import hashlib
import json
import shutil

import pytest
from ruamel.yaml import YAML

from project import ROOT
from retrace.core.artifacts import ENVIRONMENT
from retrace.core.checked_yaml import load_yaml
from retrace.models.provenance import params_hash
from retrace.tools.repository.training_record import contradictions


@pytest.fixture
def recorded(tmp_path, monkeypatch, params):
    """Write a lock and a record of one training, with the params that ship or others."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)

    def record(*, train_md5="1" * 32, made=None, **changes):
        used = dataclasses.replace(params, **changes)
        made_from = {"params": params_hash(used), "data": {"cache/train.pkl": "1" * 32}}
        ENVIRONMENT.parent.mkdir(exist_ok=True)
        ENVIRONMENT.write_text(json.dumps({"made_from": made_from}) if made is None else made)
        md5 = hashlib.md5(ENVIRONMENT.read_bytes()).hexdigest()
        values = load_yaml(ROOT / "params.yaml")
        values["model"] = params.model
        keys = ("seed", "features", "model", "train")
        locked = {key: values[key] for key in keys} | {
            f"models.{params.model}": values["models"][params.model]
        }
        stages = {
            "split": {"cmd": "x", "outs": [{"path": "cache/train.pkl", "md5": train_md5}]},
            "train": {
                "cmd": "x",
                "params": {"params.yaml": locked},
                "outs": [{"path": ENVIRONMENT.as_posix(), "md5": md5}],
            },
        }
        YAML().dump({"schema": "2.0", "stages": stages}, tmp_path / "dvc.lock")

    return record


def test_a_record_of_the_locked_params_and_data_contradicts_nothing(recorded):
    recorded()
    assert contradictions() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"seed": 8}, "with other params"), ({"train_md5": "2" * 32}, "from another cache/train.pkl")],
)
def test_what_was_edited_while_it_trained_is_told(recorded, changes, said):
    recorded(**changes)
    (found,) = contradictions()
    assert f"train: its model was made {said}" in found
    assert "`retrace repro --force train`" in found


@pytest.mark.parametrize("made", ["", "[]", "{}", '{"made_from": 1}'])
def test_a_record_that_says_nothing_contradicts_nothing(recorded, made):
    recorded(made=made)
    assert contradictions() == []


def test_a_record_that_is_not_here_or_not_the_locked_one_is_not_asked(recorded):
    recorded(seed=8)
    ENVIRONMENT.write_text("{}")
    assert contradictions() == []
    ENVIRONMENT.unlink()
    assert contradictions() == []
