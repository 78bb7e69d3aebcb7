import pytest

from project import ROOT
from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import ParamsError
from retrace.core.params import checked_params


@pytest.fixture
def steps():
    """Check `preprocess.steps` as params.yaml would have it."""

    def check(value):
        values = load_yaml(ROOT / "params.yaml")
        values["preprocess"]["steps"] = value
        return checked_params(values, "params.yaml").preprocess.steps

    return check


def test_a_step_is_a_name_or_a_name_with_its_arguments(steps):
    assert steps(["a", {"b": None}, {"c": {"add": 1}}]) == ("a", "b", {"c": {"add": 1}})


@pytest.mark.parametrize("wrong", [3, {"a": 1}, {"a": {}, "b": {}}, ["a"], None])
def test_what_is_neither_is_refused_with_what_is_allowed(steps, wrong):
    with pytest.raises(
        ParamsError, match=r"steps.1: got .*, should be the name of a function in src/clean"
    ):
        steps(["a", wrong])


def test_a_name_alone_is_no_list(steps):
    with pytest.raises(ParamsError, match=r"preprocess.steps: got 'a' .text., should be a list"):
        steps("a")
