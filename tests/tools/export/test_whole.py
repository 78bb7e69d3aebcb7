import dataclasses
import json

import numpy as np
import pytest

from exported_models import fitted
from extras import BOOSTERS, each
from made_datasets import image_dataset, mixed_dataset, text_dataset
from retrace.models.registry import models_for
from retrace.tools.export import NotExportableError
from retrace.tools.export.exporting import export_made
from retrace.tools.export.parity import TOLERANCE
from retrace.tools.prediction.session import Session

QUICK = {
    "random_forest": {"n_estimators": 5},
    "gradient_boosting": {"n_estimators": 5},
    "hist_gradient_boosting": {"max_iter": 8},
    "adaboost": {"n_estimators": 4},
    "mlp": {"epochs": 2},
    "cnn": {"epochs": 2, "channels": [4, 4]},
}
# torch's exporter takes seconds: a network of each kind of rows is enough each time.
MARKS = {("regression", "mlp"): pytest.mark.slow, ("classification", "mlp"): pytest.mark.long}


def cases(task, kind, leave_out=()):
    leave_out = {*leave_out, *BOOSTERS}
    return [
        pytest.param(name, marks=MARKS.get((task, name), ()))
        for name in models_for(task, kind)
        if name not in leave_out
    ]


@pytest.mark.parametrize("model", cases("classification", "tabular"))
def test_every_classifier_of_tables_says_the_same_with_gaps_and_unseen_categories(params, model):
    predictor, rows = fitted(params, mixed_dataset(), model, **QUICK.get(model, {}))
    parity = export_made(predictor, rows).parity
    assert (parity.rows, parity.difference < TOLERANCE) == (150, True)


@pytest.mark.parametrize("model", cases("regression", "tabular"))
def test_every_regressor_of_tables_says_the_same(params, model):
    predictor, rows = fitted(params, mixed_dataset("regression"), model, **QUICK.get(model, {}))
    assert export_made(predictor, rows).parity.difference < TOLERANCE


@pytest.mark.parametrize("scale", ["log", "log1p"])
@pytest.mark.parametrize("model", ["ridge", "svm", "hist_gradient_boosting"])
def test_a_target_learned_as_a_logarithm_comes_out_in_its_unit(params, model, scale):
    data = mixed_dataset("regression")
    data = dataclasses.replace(data, y=np.exp(data.y / 100), target_scale=scale)
    predictor, rows = fitted(params, data, model, **QUICK.get(model, {}))
    assert export_made(predictor, rows).parity.difference < TOLERANCE


# Where sgd is sure of pixels its own float32 probabilities underflow: see `test_parity`.
@pytest.mark.parametrize("model", cases("classification", "image", leave_out={"sgd", "cnn"}))
def test_every_classifier_of_images_says_the_same(params, model):
    predictor, rows = fitted(params, image_dataset(), model, **QUICK.get(model, {}))
    assert export_made(predictor, rows).parity.difference < TOLERANCE


@pytest.mark.parametrize("model", ["logistic_regression", "hist_gradient_boosting", "sgd", "linear_svm"])
def test_two_classes_have_two_probabilities(params, model):
    predictor, rows = fitted(params, mixed_dataset(n_classes=2), model, **QUICK.get(model, {}))
    made = export_made(predictor, rows)
    assert Session(made.content).answer(rows[0].X, ("no", "yes")).probabilities.shape == (50, 2)


# Of the empty column, which tells nothing.
@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize(
    "features",
    [
        {"select": 3},
        {"scale": "robust"},
        {"scale": "minmax"},
        {"max_categories": 3},
        {"missing_indicator": True},
    ],
    ids=["select", "robust", "minmax", "few-categories", "missing-indicator"],
)
def test_every_choice_of_features_is_exported(params, features):
    for model in ("logistic_regression", "hist_gradient_boosting"):
        predictor, rows = fitted(
            params, mixed_dataset(), model, features=features, **QUICK.get(model, {})
        )
        assert export_made(predictor, rows).parity.difference < TOLERANCE


@pytest.mark.parametrize(
    "model",
    ["knn", "svm", "hist_gradient_boosting", pytest.param("mlp", marks=pytest.mark.long)],
)
def test_two_exports_have_the_same_bytes_and_name_no_file(params, model):
    predictor, rows = fitted(params, mixed_dataset(), model, **QUICK.get(model, {}))
    first, second = (export_made(predictor, rows).content for _ in range(2))
    assert first == second
    assert b".py" not in first


def test_texts_are_refused_with_the_reason(params):
    predictor, rows = fitted(params, text_dataset(), "logistic_regression")
    with pytest.raises(NotExportableError, match="no words as this model counts them"):
        export_made(predictor, rows)


@pytest.mark.parametrize("model", each(BOOSTERS))
def test_boosted_trees_of_other_libraries_are_refused_with_the_reason(params, model):
    predictor, rows = fitted(params, mixed_dataset(), model, n_estimators=5)
    with pytest.raises(NotExportableError, match="does not convert BoostedClassifier"):
        export_made(predictor, rows)


def test_trees_of_categories_as_they_are_name_the_choice_that_can_be_exported(params):
    name = "hist_gradient_boosting"
    predictor, rows = fitted(params, mixed_dataset(), name, max_iter=3, categories="native")
    with pytest.raises(NotExportableError, match=f"set models.{name}.categories: one_hot, and train"):
        export_made(predictor, rows)


def test_the_file_says_what_it_is(params):
    predictor, rows = fitted(params, mixed_dataset(), "gaussian_nb")
    said = Session(export_made(predictor, rows).content).metadata
    assert json.loads(said["classes"]) == ["no", "yes", "maybe"]
    assert (said["licence"], said["model_md5"], said["version"]) == ("CC0", "0" * 32, "")
    assert json.loads(said["columns"])["port"] == "category"
