import dataclasses
import io

import joblib
import numpy as np
import pytest
from sklearn.linear_model import Ridge

from extras import BOOSTERS, each
from made_datasets import mixed_dataset
from retrace.models.fitting import fit_model, predict
from retrace.models.registry import build_model

QUICK = {"mlp": {"epochs": 3}, **{name: {"n_estimators": 20} for name in BOOSTERS}}


def positive(scale):
    data = mixed_dataset("regression")
    return dataclasses.replace(data, y=np.exp(data.y / 100) - (scale == "log1p"), target_scale=scale)


def fitted(params, data, name):
    models = params.models | {name: params.models[name] | QUICK.get(name, {})}
    model = build_model(dataclasses.replace(params, model=name, models=models), data.kind, data.task)
    history = fit_model(model, data.take(np.arange(100)), data.take(np.arange(100, 150)))
    return model, history


LEARNERS = ("ridge", "svm", "hist_gradient_boosting", "mlp", *BOOSTERS)


@pytest.mark.parametrize(
    ("scale", "name"), [*each(("log", name) for name in LEARNERS), ("log1p", "ridge"), ("log1p", "mlp")]
)
def test_a_model_learns_the_logarithm_and_answers_in_units(params, name, scale):
    data = positive(scale)
    to_scale, to_units = {"log": (np.log, np.exp), "log1p": (np.log1p, np.expm1)}[scale]
    by_hand = dataclasses.replace(data, y=to_scale(data.y), target_scale=None)
    (model, history), (other, other_history) = (fitted(params, rows, name) for rows in (data, by_hand))
    found, expected = predict(model, data), predict(other, by_hand)
    assert found.predicted == pytest.approx(to_units(expected.predicted))
    assert np.array_equal(found.y, data.y)
    assert history == other_history


def test_without_a_scale_the_last_step_stays(params):
    model, _ = fitted(params, mixed_dataset("regression"), "ridge")
    assert isinstance(model["model"], Ridge)


def test_it_keeps_no_rows_and_has_the_same_bytes_again(params):
    dumped = []
    for _ in range(2):
        file = io.BytesIO()
        joblib.dump(fitted(params, positive("log"), "ridge")[0], file)
        dumped.append(file.getvalue())
    assert dumped[0] == dumped[1]
    assert len(dumped[0]) < 20_000
