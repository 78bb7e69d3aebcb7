import dataclasses

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine

from extras import BOOSTERS, each
from fitted_models import dataset, image_dataset, mixed_dataset, text_dataset
from retrace.core.errors import ModelError
from retrace.models.boosting import libraries
from retrace.models.fitting import fit_model, predict
from retrace.models.registry import build_model


def build(params, name, data, **changes):
    models = params.models | {name: params.models[name] | {"n_estimators": 100} | changes}
    return build_model(dataclasses.replace(params, model=name, models=models), data.kind, data.task)


def halves(data):
    order = np.random.default_rng(0).permutation(len(data))
    return data.take(np.sort(order[::2])), data.take(np.sort(order[1::2]))


def bundled(load, task):
    X, y = load(as_frame=True, return_X_y=True)
    classes = ("a", "b", "c") if task == "classification" else ()
    return dataset(X, y.to_numpy(), classes, task, "tabular")


@pytest.mark.parametrize("name", each(BOOSTERS))
def test_boosted_trees_learn_wine_and_give_probabilities(params, name):
    training, test = halves(bundled(load_wine, "classification"))
    model = build(params, name, training)
    fit_model(model, training, test)
    said = predict(model, test)
    assert (said.predicted == test.y).mean() > 0.9
    assert said.probabilities.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("name", each(BOOSTERS))
def test_boosted_trees_learn_diabetes(params, name):
    training, test = halves(bundled(load_diabetes, "regression"))
    model = build(params, name, training)
    fit_model(model, training, test)
    errors = predict(model, test).predicted - test.y
    assert 1 - (errors**2).mean() / test.y.var() > 0.3


@pytest.mark.parametrize("make", [mixed_dataset, image_dataset, text_dataset])
@pytest.mark.parametrize("name", each(BOOSTERS))
def test_gaps_categories_images_and_texts_are_taken(params, name, make):
    training, test = halves(make())
    model = build(params, name, training, n_estimators=10)
    fit_model(model, training, test)
    assert predict(model, test).probabilities.shape == (len(test), len(test.classes))


@pytest.mark.parametrize("name", each(BOOSTERS))
def test_balanced_classes_find_more_of_the_rare_one(params, name):
    generator = np.random.default_rng(0)
    y = (generator.random(600) < 0.08).astype(np.int64)
    X = mixed_dataset(n=600).X.assign(signal=y + generator.normal(size=600))
    training, test = halves(dataset(X, y, ("no", "yes"), "classification", "tabular"))
    found = {}
    for weight in (None, "balanced"):
        model = build(params, name, training, class_weight=weight, patience=10)
        fit_model(model, training, test)
        found[weight] = predict(model, test).predicted.sum()
    assert found["balanced"] > found[None]


@pytest.mark.parametrize("name", BOOSTERS)
def test_a_package_that_is_not_installed_is_named_with_the_remedy(params, name, monkeypatch):
    def lacking(library):
        raise ModuleNotFoundError(f"No module named '{library}'", name=library)

    monkeypatch.setattr(libraries.importlib, "import_module", lacking)
    with pytest.raises(ModelError, match=rf"'{name}' needs {name}.* -r requirements-boosting\.txt"):
        build(params, name, mixed_dataset())
