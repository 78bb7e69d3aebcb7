import dataclasses

import pytest

from retrace.models.registry import build_model


@pytest.mark.parametrize(("name", "kind"), [("mlp", "tabular"), ("mlp", "image"), ("cnn", "image")])
def test_hyperparameters_reach_the_estimator(params, name, kind):
    section = params.models[name] | {"learning_rate": 0.125, "epochs": 3}
    changed = dataclasses.replace(params, model=name, models={name: section}, seed=9)
    estimator = build_model(changed, kind)["model"]
    assert (estimator.learning_rate, estimator.epochs, estimator.seed) == (0.125, 3, 9)
    assert estimator.device == params.train.device


def test_only_the_cnn_takes_images_as_they_are(params):
    cnn, mlp = (
        build_model(dataclasses.replace(params, model=name), "image").steps for name in ("cnn", "mlp")
    )
    assert [name for name, _ in cnn] == ["model"]
    assert [name for name, _ in mlp] == ["flatten", "scale", "model"]
