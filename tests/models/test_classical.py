import dataclasses

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from extras import BOOSTERS
from retrace.core.errors import ModelError
from retrace.models.registry import MODELS, build_model

CLASSIFIERS, REGRESSORS = (
    [
        name
        for name, model in MODELS.items()
        if task in model.tasks and not model.runs_on_gpu and name not in BOOSTERS
    ]
    for task in ("classification", "regression")
)


@pytest.fixture(scope="module")
def params(params):
    """A forest of fewer trees, which takes the most time."""
    trees = params.models["random_forest"] | {"n_estimators": 40}
    return dataclasses.replace(params, models=params.models | {"random_forest": trees})


@pytest.fixture(scope="module")
def wine():
    return load_wine(as_frame=True, return_X_y=True)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_classical_model_learns_wine_and_gives_probabilities(params, wine, name):
    X, X_test, y, y_test = train_test_split(*wine, test_size=0.3, stratify=wine[1], random_state=0)
    model = build_model(dataclasses.replace(params, model=name), "tabular").fit(X, y)
    floor = 0.6 if name == "adaboost" else 0.9
    assert model.score(X_test, y_test) > floor
    assert model.predict_proba(X_test).sum(axis=1) == pytest.approx(1)


@pytest.mark.slow
def test_scaled_logistic_regression_is_no_worse_than_bare_scikit_learn(params, wine):
    X, y = wine
    ours = build_model(
        dataclasses.replace(
            params,
            model="logistic_regression",
            models={"logistic_regression": {"C": 1.0, "max_iter": 1000, "class_weight": None}},
        ),
        "tabular",
    )
    bare = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    found, expected = (
        np.mean(
            [
                cross_val_score(
                    model, X, y, cv=StratifiedKFold(5, shuffle=True, random_state=seed)
                ).mean()
                for seed in range(2)
            ]
        )
        for model in (ours, bare)
    )
    assert found >= expected > 0.97


TEXTS = np.array(
    ["the rocket flew", "a rocket in orbit", "god and faith", "faith moves"] * 10, dtype=object
)


@pytest.mark.parametrize("name", [name for name in CLASSIFIERS if "text" in MODELS[name].kinds])
def test_every_model_for_texts_learns_from_a_sparse_matrix(params, name):
    model = build_model(dataclasses.replace(params, model=name), "text")
    y = np.array([0, 0, 1, 1] * 10)
    model.fit(TEXTS, y)
    assert (model.predict(TEXTS) == y).all()
    assert model.predict_proba(TEXTS).sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("name", ["gaussian_nb", "hist_gradient_boosting", "mlp"])
def test_a_model_that_takes_no_sparse_matrix_says_so(params, name):
    with pytest.raises(ModelError, match=f"'{name}' takes tabular.*, got text data; .*linear_svm, sgd"):
        build_model(dataclasses.replace(params, model=name), "text")


FOLDS = KFold(3, shuffle=True, random_state=0)


@pytest.fixture(scope="module")
def diabetes():
    return load_diabetes(as_frame=True, return_X_y=True)


def build_regressor(params, name):
    return build_model(dataclasses.replace(params, model=name), "tabular", "regression")


@pytest.mark.parametrize("name", REGRESSORS)
def test_every_regressor_learns_diabetes(params, diabetes, name):
    assert cross_val_score(build_regressor(params, name), *diabetes, cv=FOLDS).mean() > 0.3


def test_ridge_is_bare_scikit_learn(params, diabetes):
    bare = make_pipeline(StandardScaler(), Ridge())
    found, expected = (
        cross_val_score(model, *diabetes, cv=FOLDS) for model in (build_regressor(params, "ridge"), bare)
    )
    assert found == pytest.approx(expected)


def test_a_support_vector_regression_means_the_same_in_any_unit(params, diabetes):
    X, y = diabetes
    small, large = (
        build_regressor(params, "svm").fit(X, y * unit).predict(X) / unit for unit in (1, 1000)
    )
    assert small == pytest.approx(large)
