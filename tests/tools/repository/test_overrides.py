import pytest
from dvc.utils.cli_parse import to_path_overrides
from dvc.utils.hydra import apply_overrides, to_hydra_overrides

from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import ParamsError
from retrace.tools.repository.overrides import (
    current_value,
    models_in,
    override,
    override_params,
    with_overrides,
)

VALUES = {"seed": 1, "model": "svm", "models": {"svm": {"C": 1.0, "kernel": "rbf"}}}


def test_a_value_is_read_by_the_rules_of_yaml_1_2():
    (changed,) = with_overrides(VALUES, ["models.svm.C=1e-4"])
    assert changed["models"]["svm"] == {"C": 1e-4, "kernel": "rbf"}
    assert VALUES["models"]["svm"]["C"] == 1.0


def test_commas_stand_for_several_values_and_overrides_multiply():
    changed = list(with_overrides(VALUES, ["models.svm.C=1,10", "seed=1,2,3"]))
    assert len(changed) == 6
    assert changed[-1] == VALUES | {"seed": 3, "models": {"svm": {"C": 10, "kernel": "rbf"}}}


def test_a_list_is_one_value():
    changed = list(with_overrides(VALUES, ["models.svm.C=[1,2],[3]"]))
    assert [values["models"]["svm"]["C"] for values in changed] == [[1, 2], [3]]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("modle=svm", r"modle is not a known key \(did you mean 'model'\?\)"),
        ("models.smv.C=3", r"models\.smv is not a known key \(did you mean 'svm'\?\)"),
        ("models.svm.kernal=rbf", r"models\.svm\.kernal is not .*did you mean 'kernel'"),
        ("seed.x=1", r"seed\.x is not a known key; allowed: none, it is a value"),
        ("seed", r"-S: got 'seed', should be key=value"),
    ],
)
def test_a_mistake_names_the_nearest_key(override, message):
    with pytest.raises(ParamsError, match=message):
        list(with_overrides(VALUES, [override]))


def test_a_plus_adds_a_key_and_the_file_may_be_named():
    (changed,) = with_overrides(VALUES, ["params.yaml:+models.svm.gamma=scale"])
    assert changed["models"]["svm"]["gamma"] == "scale"


def test_models_whose_hyperparameters_change_are_named_once():
    assert models_in(["models.svm.C=1", "models.svm.kernel=rbf", "seed=1", "model=knn"]) == ["svm"]


def test_overrides_reach_models_and_features(params):
    changed = override_params(
        params, {"models.svm.C": 7.0, "features.scale": "minmax", "features.text.min_df": 5}
    )
    assert changed.models["svm"]["C"] == 7.0
    assert (changed.features.scale, changed.features.text.min_df) == ("minmax", 5)
    assert params.models["svm"]["C"] == 1.0


def test_current_values_are_those_of_the_file(params):
    assert current_value(params, "models.mlp.hidden") == [128]
    assert current_value(params, "features.text.word_ngrams") == [1, 2]


def test_a_wrong_feature_is_named_with_its_path(params):
    with pytest.raises(ParamsError, match=r"params.yaml: features.scale: got 'max'.*'minmax'"):
        override_params(params, {"features.scale": "max"})


AWKWARD = [
    1e-05, 1e16, 5e-324, 0.1 + 0.2, 1.0, -0.0, 0, 2**40, None, True, False,
    [64, 128], [], [0.1, 1e-05, None, True, "a"], [[1, 2], [3]],
    "rbf", "null", "true", "1e-05", "010", "yes", "NaN", "Inf", "TRUE", "Null", "off",
    "", "it's \"quoted\"", "a,b", "a:b=c", "[x]", "{a}",
    "back\\", "b\\'x", "${seed}", "ü é", " a b ", "#x", "~", "*", "x\ny", "\t",
]  # fmt: skip


@pytest.mark.parametrize("value", AWKWARD, ids=repr)
def test_dvc_writes_the_very_same_value(tmp_path, value):
    path = tmp_path / "params.yaml"
    path.write_text("models:\n  svm:\n    C: 3  # a remark\n")
    ((_, asked),) = to_path_overrides([override("models.svm.C", value)]).items()
    assert not any(each.is_sweep_override() for each in to_hydra_overrides(asked))
    apply_overrides(path, asked)
    assert repr(load_yaml(path)["models"]["svm"]["C"]) == repr(value)
