import dataclasses
import pickle

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV

from retrace.models.fitting import fit_model, predict
from retrace.models.registry import build_model
from retrace.tools.repository.refitting import fit_afresh


@pytest.fixture
def parts(make_dataset):
    dataset = make_dataset(n=200)
    return dataset.take(np.arange(0, 120)), dataset.take(np.arange(120, 200))


@pytest.fixture
def forest(params):
    models = {"random_forest": params.models["random_forest"] | {"n_estimators": 5}}
    return dataclasses.replace(params, model="random_forest", models=models)


def test_what_was_computed_before_has_no_part_in_it(forest, parts):
    first = pickle.dumps(fit_afresh(forest, *parts))
    np.random.random(7)  # noqa: NPY002  the generator that scikit-learn would take without a seed
    fit_afresh(dataclasses.replace(forest, seed=9), *parts)
    assert pickle.dumps(fit_afresh(forest, *parts)) == first


def test_it_is_calibrated_as_by_the_stage(forest, parts):
    chosen = dataclasses.replace(forest, calibrate="sigmoid")
    model = fit_afresh(chosen, *parts)
    assert isinstance(model["model"], CalibratedClassifierCV)
    by_the_stage = build_model(chosen, "tabular")
    fit_model(by_the_stage, *parts, calibrate="sigmoid")
    same = predict(by_the_stage, parts[1]).probabilities
    assert (predict(model, parts[1]).probabilities == same).all()
