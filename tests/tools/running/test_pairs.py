import hashlib
import json
import os
import subprocess
from functools import partial

import pytest

from project import ROOT, warm_python
from retrace.core.errors import RetraceError
from retrace.core.instructions import instructions_in_effect
from retrace.core.params import load_params
from retrace.tools.running import pairs
from retrace.tools.running.pairs import (
    Hashes,
    compare_pairs,
    make_pair,
    make_pairs,
    other_versions,
    record_pairs,
    recorded_pairs,
)

FEW = ["wine/logistic_regression", "diabetes/ridge", "texts/linear_svm"]


@pytest.fixture
def shipped(monkeypatch):
    """The params and the committed hashes as they are here."""
    if not (ROOT / "benchmarks/pairs.json").exists():
        pytest.skip("the pairs are of the shipped examples, which have been taken out of here")
    monkeypatch.chdir(ROOT)
    return load_params()


def make_pairs_apart(names):
    """Make pairs in a process that never loaded a model from a file, as stages and `retrace verify` do.

    One that did, as other tests do, gives later estimators the names of its attributes as strings of
    their own, and so other bytes to the same model.
    """
    command = [warm_python(), "-m", "retrace.tools.running.pairs", *names]
    here = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=here)
    for name, found in map(json.loads, run.stdout.splitlines()):
        yield name, Hashes(**found)


def comparable(names):
    """The pairs whose hashes were made with these versions and params; none is a reason to skip."""
    if instructions_in_effect() != "portable" or other_versions():
        pytest.skip(
            f"the hashes are of portable instructions, and of other versions: {other_versions()}"
        )
    found = dict(compare_pairs(recorded_pairs(names), make_pairs_apart))
    kept = {name: said for name, said in found.items() if not said.startswith("not compared")}
    return kept or pytest.skip(f"the hashes are of other params: {found}")


@pytest.mark.usefixtures("shipped")
def test_models_are_here_what_they_are_on_other_processors():
    assert set(comparable(FEW).values()) == {""}


@pytest.mark.slow
@pytest.mark.usefixtures("shipped")
def test_networks_are_here_what_they_are_on_other_processors():
    assert set(comparable(["diabetes/mlp models*", "digits/cnn models*"]).values()) == {""}


def test_a_pair_is_the_same_whatever_was_made_before(shipped):
    alone = make_pair(shipped, "wine/gaussian_nb")
    make_pair(shipped, "wine/random_forest models.random_forest.n_estimators=3")
    assert make_pair(shipped, "wine/gaussian_nb") == alone


def test_an_override_makes_another_model(shipped):
    one, other = (make_pair(shipped, f"diabetes/ridge models.ridge.alpha={alpha}") for alpha in (1, 2))
    assert one.model != other.model
    assert one.predictions != other.predictions


@pytest.mark.slow
def test_a_pair_is_the_model_that_the_stages_make(reproduced, monkeypatch):
    monkeypatch.chdir(reproduced.folder)
    model = hashlib.md5(reproduced.read("cache/model.joblib")).hexdigest()
    [(_, found)] = make_pairs_apart(["wine/logistic_regression"])
    assert found.model == model


def test_what_differs_is_named_and_what_is_not_here_is_left_out(shipped, tmp_path, monkeypatch):
    monkeypatch.setattr(pairs, "RECORD", tmp_path / "pairs.json")
    found = make_pair(shipped, "wine/gaussian_nb")
    other = Hashes(params=found.params, model="0" * 32, predictions=found.predictions)
    record_pairs({"wine/gaussian_nb": other, "elsewhere/svm": other, "wine/knn": other})
    assert dict(compare_pairs(recorded_pairs(["*"]), partial(make_pairs, shipped))) == {
        "wine/gaussian_nb": "another model",
        "elsewhere/svm": "not compared: there is no data/elsewhere.yaml",
        "wine/knn": "not compared: params.yaml has other values",
    }


def test_other_versions_are_named(shipped, tmp_path, monkeypatch):
    monkeypatch.setattr(pairs, "RECORD", tmp_path / "pairs.json")
    pairs.RECORD.write_text(json.dumps({"versions": {"numpy": "1.0"}, "pairs": {}}))
    assert other_versions()[0].endswith("(the hashes are of 1.0)")


def test_a_pair_that_is_not_recorded_names_the_nearest_one(shipped):
    with pytest.raises(RetraceError, match=r"got wine/rigde.*benchmarks/pairs\.json lists all"):
        recorded_pairs(["wine/rigde"])
