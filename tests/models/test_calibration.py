import dataclasses

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss

from retrace.core.errors import ParamsError
from retrace.models.fitting import fit_model, predict
from retrace.models.registry import build_model


@pytest.fixture
def parts(make_dataset):
    rows = np.random.default_rng(0).permutation(900)
    dataset = make_dataset(n=900, n_classes=3)
    return [dataset.take(np.sort(rows[start::3])) for start in range(3)]


def fitted(params, parts, name, calibrate, **changes):
    models = {name: params.models[name] | changes}
    training, validation, test = parts
    model = build_model(dataclasses.replace(params, model=name, models=models), test.kind, test.task)
    fit_model(model, training, validation, calibrate=calibrate)
    return model, predict(model, test)


@pytest.mark.parametrize("method", ["isotonic", "sigmoid"])
def test_a_tree_that_is_always_sure_becomes_honest(params, parts, method):
    sure = {"n_estimators": 1, "max_features": 1.0}
    _, before = fitted(params, parts, "random_forest", None, **sure)
    _, after = fitted(params, parts, "random_forest", method, **sure)
    assert log_loss(after.y, after.probabilities) < 0.5 * log_loss(before.y, before.probabilities)
    assert after.probabilities.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("method", ["isotonic", "sigmoid"])
def test_it_is_what_scikit_learn_says(params, parts, method):
    model, found = fitted(params, parts, "logistic_regression", method)
    bare, _ = fitted(params, parts, "logistic_regression", None)
    _, validation, test = parts
    expected = CalibratedClassifierCV(FrozenEstimator(bare), method=method, cv=2, ensemble=False)
    expected.fit(validation.X, validation.y)
    assert found.probabilities == pytest.approx(expected.predict_proba(test.X))
    assert np.array_equal(found.predicted, model.predict(test.X))


def test_a_network_of_images_is_calibrated_and_keeps_its_history(params, make_dataset):
    images = make_dataset(n=90, kind="image")
    models = {"cnn": params.models["cnn"] | {"epochs": 2, "channels": [4, 4]}}
    model = build_model(dataclasses.replace(params, model="cnn", models=models), "image")
    assert len(fit_model(model, images, images, calibrate="sigmoid")) == 2
    assert predict(model, images).probabilities.shape == (90, 2)


def test_a_class_without_a_validation_row_is_named(params, parts):
    training, validation, test = parts
    two = validation.take(np.flatnonzero(validation.y < 2))
    with pytest.raises(ParamsError, match="validation part has no row of c: leave it empty"):
        fitted(params, (training, two, test), "gaussian_nb", "sigmoid")
