import pytest

from retrace.core.errors import ParamsError
from retrace.tools.repository.overriding import current_value, override_params


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
