import dataclasses
import shutil

import pytest

from project import ROOT
from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import RetraceError
from retrace.core.params import load_params
from retrace.tools.repository.choices import check_choices, check_hyperparameters


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path, examples):
    """A folder with the params of the repository, and the datasets that come with scikit-learn."""
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(examples, tmp_path / "data")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def values():
    return load_yaml(ROOT / "params.yaml")


def test_what_ships_goes_together(monkeypatch):
    monkeypatch.chdir(ROOT)
    check_choices(load_params())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data": "wnie"}, "did you mean 'wine'"),
        ({"data": "wine", "model": "cnn"}, "'cnn' takes image data, got tabular data"),
        ({"data": "digits", "metric": "mae"}, "metric: got 'mae'"),
        (
            {"data": "digits", "steps": ("lower",)},
            "preprocess.steps: got 'lower'; src/cleaners.py has no",
        ),
    ],
)
def test_choices_that_do_not_go_together_are_refused(change, message):
    params, change = load_params(), dict(change)
    preprocess = dataclasses.replace(params.preprocess, steps=change.pop("steps", ()))
    with pytest.raises(RetraceError, match=message):
        check_choices(dataclasses.replace(params, preprocess=preprocess, **change))


def test_a_network_that_makes_vectors_decides_what_the_model_gets():
    params = load_params()
    image = dataclasses.replace(params.preprocess.image, backbone="somewhere/network")
    preprocess = dataclasses.replace(params.preprocess, image=image)
    frozen = {"data": "digits", "metric": "accuracy", "preprocess": preprocess}
    check_choices(dataclasses.replace(params, model="logistic_regression", **frozen))
    with pytest.raises(RetraceError, match="'cnn' takes image data, got vectors data"):
        check_choices(dataclasses.replace(params, model="cnn", **frozen))


def test_hyperparameters_of_a_model_that_is_not_in_use_are_looked_at(values):
    values |= {"data": "wine"}
    check_hyperparameters(values, "cnn")
    values["models"]["svm"]["kernel"] = "linaer"
    with pytest.raises(RetraceError, match=r"models\.svm\.kernel: got 'linaer'.*did you mean 'linear'"):
        check_hyperparameters(values, "svm")
