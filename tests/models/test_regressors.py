import dataclasses

import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from retrace.models.registry import REGRESSORS, build_model

FOLDS = KFold(3, shuffle=True, random_state=0)


@pytest.fixture(scope="module")
def diabetes():
    return load_diabetes(as_frame=True, return_X_y=True)


def build(params, name):
    return build_model(dataclasses.replace(params, model=name), "tabular", "regression")


@pytest.mark.parametrize("name", REGRESSORS)
def test_every_regressor_learns_diabetes(params, diabetes, name):
    assert cross_val_score(build(params, name), *diabetes, cv=FOLDS).mean() > 0.3


def test_ridge_is_bare_scikit_learn(params, diabetes):
    bare = make_pipeline(StandardScaler(), Ridge())
    found, expected = (
        cross_val_score(model, *diabetes, cv=FOLDS) for model in (build(params, "ridge"), bare)
    )
    assert found == pytest.approx(expected)


def test_a_support_vector_regression_means_the_same_in_any_unit(params, diabetes):
    X, y = diabetes
    small, large = (build(params, "svm").fit(X, y * unit).predict(X) / unit for unit in (1, 1000))
    assert small == pytest.approx(large)
