import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_wine

from extras import BOOSTERS, each
from retrace.core.errors import ModelError
from retrace.core.records import Dataset
from retrace.models.boosting import definition
from retrace.models.fitting import fit_model, predict
from retrace.models.registry import build_model

HISTOGRAMS = "hist_gradient_boosting"


def build(params, name, data, **changes):
    models = params.models | {name: params.models[name] | {"n_estimators": 100} | changes}
    return build_model(dataclasses.replace(params, model=name, models=models), data.kind, data.task)


def halves(data):
    order = np.random.default_rng(0).permutation(len(data))
    return data.take(np.sort(order[::2])), data.take(np.sort(order[1::2]))


def mixed_table(n=150):
    """Numbers with gaps, a column of nothing else, and categories: rare ones, and gaps."""
    generator = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "size": np.where(generator.random(n) < 0.1, np.nan, generator.normal(size=n)),
            "nothing": np.full(n, np.nan),
            "port": pd.Series(generator.choice(["a", "b", "c", None], n), dtype=object),
            "street": np.array([f"s{k}" for k in generator.zipf(1.3, n)], dtype=object),
        }
    )


def texts(n=60):
    words = [["sun", "warm", "light"], ["rain", "cold", "grey"]]
    generator = np.random.default_rng(2)
    return np.array([" ".join(generator.choice(words[k % 2], 4)) for k in range(n)], dtype=object)


INPUTS = {
    "tabular": mixed_table(),
    "image": np.random.default_rng(1).integers(0, 256, (90, 8, 8, 1), dtype=np.uint8),
    "text": texts(),
}


def dataset(X, y, classes=("a", "b", "c"), task="classification", kind="tabular"):
    n = len(y)
    names = {"name": "made", "title": "Made up", "task": task, "kind": kind}
    return Dataset(
        **names, X=X, y=y, classes=classes, ids=np.arange(n), row_hash=np.arange(n, dtype=np.uint64)
    )


def bundled(load, **fields):
    X, y = load(as_frame=True, return_X_y=True)
    return dataset(X, y.to_numpy(), **fields)


@pytest.mark.parametrize("name", each(BOOSTERS))
def test_boosted_trees_learn_wine_and_give_probabilities(params, name):
    training, test = halves(bundled(load_wine))
    model = build(params, name, training)
    fit_model(model, training, test)
    said = predict(model, test)
    assert (said.predicted == test.y).mean() > 0.9
    assert said.probabilities.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("name", each(BOOSTERS))
def test_boosted_trees_learn_diabetes(params, name):
    training, test = halves(bundled(load_diabetes, classes=(), task="regression"))
    model = build(params, name, training)
    fit_model(model, training, test)
    errors = predict(model, test).predicted - test.y
    assert 1 - (errors**2).mean() / test.y.var() > 0.3


@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize("name", each(BOOSTERS))
def test_gaps_categories_images_and_texts_are_taken(params, name, kind):
    X = INPUTS[kind]
    training, test = halves(dataset(X, np.arange(len(X)) % 3, kind=kind))
    model = build(params, name, training, n_estimators=10)
    fit_model(model, training, test)
    assert predict(model, test).probabilities.shape == (len(test), len(test.classes))


@pytest.mark.parametrize("name", each(BOOSTERS))
def test_balanced_classes_find_more_of_the_rare_one(params, name):
    generator = np.random.default_rng(0)
    y = (generator.random(600) < 0.08).astype(np.int64)
    X = mixed_table(600).assign(signal=y + generator.normal(size=600))
    training, test = halves(dataset(X, y, classes=("no", "yes")))
    found = {}
    for weight in (None, "balanced"):
        model = build(params, name, training, class_weight=weight, patience=10)
        fit_model(model, training, test)
        found[weight] = predict(model, test).predicted.sum()
    assert found["balanced"] > found[None]


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_scikit_learns_histograms_take_hundreds_of_categories_and_gaps(params, task):
    n = 900
    X = mixed_table(n).assign(town=np.array([f"t{k % 300}" for k in range(n)], dtype=object))
    at_a = (X["port"] == "a").to_numpy()
    y = at_a.astype(np.int64) if task == "classification" else at_a * 10.0
    training, test = halves(dataset(X, y, ("a", "b") if task == "classification" else (), task))
    features = dataclasses.replace(params.features, max_categories=1000)
    chosen = {"max_iter": 20, "categories": "native"}
    models = params.models | {HISTOGRAMS: params.models[HISTOGRAMS] | chosen}
    changed = dataclasses.replace(params, model=HISTOGRAMS, models=models, features=features)
    model = build_model(changed, "tabular", task)
    fit_model(model, training, test)
    assert model["model"].is_categorical_.tolist() == [False, False, True, True, True]
    assert abs(predict(model, test).predicted - test.y).mean() < 0.1 * y.max()
    unseen = test.take(np.arange(5))
    unseen.X["town"] = "elsewhere"
    assert np.isfinite(predict(model, unseen).predicted).all()


@pytest.mark.parametrize("name", BOOSTERS)
def test_a_package_that_is_not_installed_is_named_with_the_remedy(params, name, monkeypatch):
    def lacking(library):
        raise ModuleNotFoundError(f"No module named '{library}'", name=library)

    monkeypatch.setattr(definition.importlib, "import_module", lacking)
    with pytest.raises(ModelError, match=rf"'{name}' needs {name}.* -r requirements-boosting\.txt"):
        build(params, name, dataset(mixed_table(), np.arange(150) % 3))
