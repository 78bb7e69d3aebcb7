import dataclasses

import numpy as np
import pandas as pd
import pytest

from extras import each
from retrace.core.errors import ModelError, ParamsError
from retrace.models.registry import MODELS, build_model

EACH = [(task, name) for name, model in MODELS.items() for task in model.tasks]


def with_model(params, name, **changes):
    models = params.models | {name: params.models.get(name, {}) | changes}
    return dataclasses.replace(params, model=name, models=models)


def test_every_model_has_its_section_in_params_and_every_section_its_model(params):
    assert set(params.models) == {name for _, name in EACH}


def build(task, name, params):
    return build_model(params, MODELS[name].kinds[0], task)


@pytest.mark.parametrize(("task", "name"), each(EACH))
def test_every_model_is_built_from_its_section(params, task, name):
    model = build(task, name, with_model(params, name))
    assert model.steps[-1][0] == "model"


@pytest.mark.parametrize(("task", "name"), EACH)
def test_every_model_names_an_unknown_hyperparameter(params, task, name):
    with pytest.raises(ParamsError, match=f"models.{name}.surprise is not a known key.*; allowed: "):
        build(task, name, with_model(params, name, surprise=1))


@pytest.mark.parametrize(("task", "name"), EACH)
def test_every_hyperparameter_is_required(params, task, name):
    for key in params.models[name]:
        section = {other: value for other, value in params.models[name].items() if other != key}
        short = dataclasses.replace(params, model=name, models={name: section})
        with pytest.raises(ParamsError, match=f"models.{name}.{key} is missing: add it"):
            build(task, name, short)


@pytest.mark.parametrize("name", ["random_forest", "svm", "hist_gradient_boosting", "mlp"])
def test_a_regression_takes_no_class_weight(params, name):
    with pytest.raises(
        ParamsError, match=rf"models.{name}.class_weight: got 'balanced'.* empty \(null\)"
    ):
        build("regression", name, with_model(params, name, class_weight="balanced"))


def test_a_regression_has_no_probabilities_to_calibrate(params):
    calibrated = dataclasses.replace(params, calibrate="sigmoid")
    with pytest.raises(ParamsError, match=r"calibrate: got 'sigmoid', should be empty \(null\): a regr"):
        build("regression", "ridge", with_model(calibrated, "ridge"))


def test_a_model_for_the_other_task_lists_those_that_fit(params):
    with pytest.raises(
        ModelError, match=r"'logistic_regression' does no regression; allowed .*: .*ridge"
    ):
        build_model(with_model(params, "logistic_regression"), "tabular", "regression")


def test_unknown_model_names_the_nearest_one(params):
    with pytest.raises(
        ModelError, match=r"got 'forest' \(did you mean 'random_forest'\?\); allowed for this data: "
    ):
        build_model(with_model(params, "forest"), "tabular")


def test_a_model_on_the_wrong_kind_of_data_lists_those_that_fit(params):
    with pytest.raises(ModelError, match=r"'cnn' takes image data, got tabular data; .*mlp"):
        build_model(with_model(params, "cnn"), "tabular")


def test_asking_for_a_gpu_for_a_model_that_cannot_use_one_is_an_error(params):
    on_gpu = dataclasses.replace(
        with_model(params, "svm"), train=dataclasses.replace(params.train, device="cuda")
    )
    with pytest.raises(ModelError, match=r"'svm' runs on the CPU only: .* choose mlp or cnn"):
        build_model(on_gpu, "tabular")


def test_selection_imputes_even_for_a_model_that_takes_gaps(params):
    chosen = with_model(params, "hist_gradient_boosting")
    chosen = dataclasses.replace(chosen, features=dataclasses.replace(params.features, select=1))
    X = pd.DataFrame({"a": [1.0, np.nan, 2.0] * 20, "b": np.arange(60.0)})
    assert build_model(chosen, "tabular").fit(X, np.arange(60) % 2).predict(X).shape == (60,)


def test_the_seed_reaches_models_that_draw(params):
    seeded = dataclasses.replace(with_model(params, "random_forest"), seed=123)
    assert build_model(seeded, "tabular")["model"].random_state == 123


@pytest.mark.parametrize(("task", "drawn"), [("classification", "sqrt"), ("regression", 0.5)])
def test_a_forest_draws_features_by_the_task(params, task, drawn):
    by_task = with_model(params, "random_forest", max_features="by_task")
    assert build_model(by_task, "tabular", task)["model"].max_features == drawn
    chosen = with_model(params, "random_forest", max_features=0.25)
    assert build_model(chosen, "tabular", task)["model"].max_features == 0.25


@pytest.mark.parametrize(
    ("how", "select", "encoder"),
    [("one_hot", None, "OneHotEncoder"), ("native", None, "Categories"), ("native", 5, "OneHotEncoder")],
)
def test_categories_of_a_table_stay_where_the_model_is_told_so(params, how, select, encoder):
    features = dataclasses.replace(params.features, select=select)
    chosen = with_model(params, "hist_gradient_boosting", categories=how)
    model = build_model(dataclasses.replace(chosen, features=features), "tabular")
    assert type(model["encode"].transformers[1][1]).__name__ == encoder
