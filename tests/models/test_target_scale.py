import dataclasses
import io

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from extras import BOOSTERS, each
from retrace.models.fitting import fit_model, predict
from retrace.models.registry import build_model

QUICK = {"mlp": {"epochs": 3}, **{name: {"n_estimators": 20} for name in BOOSTERS}}


@pytest.fixture
def numbers(make_dataset):
    """A table with gaps and a category, and a target that reaches over powers of ten."""
    generator = np.random.default_rng(3)
    size, count = generator.normal(size=150), generator.integers(0, 9, 150)
    port = generator.choice(["a", "b", "c"], 150).astype(object)
    gaps = np.where(generator.random(150) < 0.1, np.nan, size)
    X = pd.DataFrame({"size": gaps, "count": count.astype(np.float64), "port": port})
    y = np.exp(size + 0.3 * count + (port == "a"))
    return make_dataset(150, X=X, y=y, classes=(), task="regression")


def on(scale, numbers):
    y = numbers.y - 1 if scale == "log1p" else numbers.y
    return dataclasses.replace(numbers, y=y, target_scale=scale)


def fitted(params, data, name):
    models = params.models | {name: params.models[name] | QUICK.get(name, {})}
    model = build_model(dataclasses.replace(params, model=name, models=models), data.kind, data.task)
    history = fit_model(model, data.take(np.arange(100)), data.take(np.arange(100, 150)))
    return model, history


@pytest.mark.parametrize("name", each(["ridge", "svm", "hist_gradient_boosting", "mlp", *BOOSTERS]))
@pytest.mark.parametrize("scale", ["log", "log1p"])
def test_a_model_learns_the_logarithm_and_answers_in_units(params, numbers, name, scale):
    data = on(scale, numbers)
    to_scale, to_units = {"log": (np.log, np.exp), "log1p": (np.log1p, np.expm1)}[scale]
    by_hand = dataclasses.replace(data, y=to_scale(data.y), target_scale=None)
    (model, history), (other, other_history) = (fitted(params, rows, name) for rows in (data, by_hand))
    found, expected = predict(model, data), predict(other, by_hand)
    assert found.predicted == pytest.approx(to_units(expected.predicted))
    assert np.array_equal(found.y, data.y)
    assert history == other_history


def test_without_a_scale_the_last_step_stays(params, numbers):
    model, _ = fitted(params, numbers, "ridge")
    assert isinstance(model["model"], Ridge)


def test_it_keeps_no_rows_and_has_the_same_bytes_again(params, numbers):
    dumped = []
    for _ in range(2):
        file = io.BytesIO()
        joblib.dump(fitted(params, on("log", numbers), "ridge")[0], file)
        dumped.append(file.getvalue())
    assert dumped[0] == dumped[1]
    assert len(dumped[0]) < 20_000
