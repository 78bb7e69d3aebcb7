import dataclasses
import hashlib
import sys
import types
from pathlib import Path

import pytest
import sklearn
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from retrace.core import instructions as instructions_module
from retrace.core.machine import cpu_name
from retrace.models import provenance
from retrace.models.provenance import trained_on, training_record


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "train.pkl"
    path.write_bytes(b"rows")
    return path


@pytest.fixture
def no_code(monkeypatch):
    """Leave the code out: it is looked for among all modules that the tests have loaded."""
    monkeypatch.setattr(provenance, "_code_hash", lambda: "c")


def test_a_record_repeats(params, file):
    assert training_record(params, [file]) == training_record(params, [file])


def test_the_data_are_named_by_the_md5_that_dvc_uses(params, file, no_code):
    record = training_record(params, [file])
    assert record["made_from"]["data"][str(file)] == hashlib.md5(b"rows").hexdigest()


def test_what_train_depends_on_changes_the_hash_and_nothing_else_does(params, file, no_code):
    def digest(**changes):
        return training_record(dataclasses.replace(params, **changes), [file])["made_from"]["params"]

    assert digest(seed=params.seed + 1) != digest()
    assert digest(metric="log_loss") == digest()
    unused = next(name for name in params.models if name != params.model)
    assert digest(models=params.models | {unused: {}}) == digest()


def test_the_machine_is_named_only_where_it_decides_over_bytes(params, file, no_code, monkeypatch):
    def hardware(instructions):
        monkeypatch.setattr(instructions_module, "_in_effect", instructions)
        return training_record(params, [file])["hardware"]

    assert hardware("portable") == {"instructions": "portable", "threads": 1, "device": "cpu"}
    assert hardware("native")["cpu"] == cpu_name()
    assert trained_on(hardware("portable")) == "portable instructions, 1 CPU thread"
    assert trained_on(hardware("native")).startswith(cpu_name())


def test_neither_the_version_of_python_nor_the_build_of_a_library_is_recorded(params, file, no_code):
    versions = training_record(params, [file])["versions"]
    assert "numpy" in versions
    assert "python" not in versions
    assert not [version for version in versions.values() if "+" in version]


def test_the_library_of_an_estimator_is_named_whoever_wrote_it(params, file, no_code, monkeypatch):
    library = types.ModuleType("another_library")
    library.__version__ = "1.2.3+cuda"
    monkeypatch.setitem(sys.modules, "another_library", library)
    own = type("Own", (GaussianNB,), {"__module__": "another_library.inside"})
    model = Pipeline([("scale", StandardScaler()), ("model", own())])
    versions = training_record(params, [file], model)["versions"]
    assert versions["another_library"] == "1.2.3"
    assert versions["sklearn"] == sklearn.__version__
    assert training_record(params, [file])["versions"].keys() == versions.keys() - {"another_library"}


def test_no_path_of_this_machine_is_recorded(params, file, monkeypatch):
    monkeypatch.chdir(file.parent)
    record = training_record(params, [Path("train.pkl")])
    assert record["made_from"]["data"].keys() == {"train.pkl"}
    assert "/" not in str(record["versions"]) + str(record["made_from"])
