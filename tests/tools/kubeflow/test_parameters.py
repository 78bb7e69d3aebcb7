import datetime

import pytest

from retrace.core.checked_yaml import yaml_values
from retrace.core.errors import RetraceError
from retrace.tools.kubeflow.parameters import Value, as_text, chosen_arguments, declared_values
from retrace.tools.repository.resolved_stages import ResolvedStage

VALUES = [1, 1.0, 1e-5, -2, True, None, "a b", "cnn", "true", "12", "null", "", "a: b", [1, "x"], {}]
VALUES += [{"a": [None]}, "é", float("inf"), datetime.date(2020, 1, 2)]


def stage(params, **shaping):
    return ResolvedStage(
        name="train",
        file="dvc.yaml",
        definition={},
        sources=(),
        inputs=(),
        outputs=(),
        metrics=(),
        params=params,
        shaping=shaping,
        always=False,
    )


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_value_as_text_is_read_as_the_same_value(value):
    found = yaml_values(f"value: {as_text(value)}")["value"]
    assert (type(found), found) == (type(value), value)


def test_what_has_no_full_name_is_fixed():
    free, fixed = declared_values(
        stage({"params.yaml": {"a": {"b": 1}, "c": {"x.y": 2}}, "p.toml": {"d": 1}})
    )
    assert free == [Value("params.yaml", "a.b", "1")]
    assert fixed == [Value("params.yaml", "c", '{"x.y": 2}')]


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("seed", "should be key=value"),
        ("seeed=1", r"no stage declares 'seeed' as one value \(did you mean 'seed'\?\)"),
        ("model=svm", "dvc.yaml itself names 'model'.*set it in params.yaml"),
        ("seed=[1", "seed: '.1' is no YAML"),
    ],
)
def test_what_a_run_cannot_set_is_said(override, said):
    names = {Value("params.yaml", "seed", "1"): "seed"}
    shaped = ResolvedStage(**vars(stage({})) | {"shaping": {"params.yaml": ("model",)}})
    with pytest.raises(RetraceError, match=said):
        chosen_arguments([override], names, [shaped])


def test_values_of_a_run_become_its_arguments():
    names = {Value("params.yaml", "a.seed", "1"): "a_seed", Value("o.yaml", "x", "1"): "o_yaml_x"}
    assert chosen_arguments(["a.seed=2", "o.yaml:x=[1, 2]"], names, []) == {
        "a_seed": "2",
        "o_yaml_x": "[1, 2]",
    }
