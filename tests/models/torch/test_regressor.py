import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.utils.estimator_checks import parametrize_with_checks

from retrace.models.torch.regressor import TorchRegressor
from torch_options import CNN, OPTIONS

QUICK = OPTIONS | {"epochs": 6}


@parametrize_with_checks([TorchRegressor(**QUICK)])
def test_estimator_contract(estimator, check):
    check(estimator)


def test_it_learns_diabetes():
    X, y = load_diabetes(return_X_y=True, scaled=True)
    model = TorchRegressor(**OPTIONS).fit(X[:300] * 20, y[:300])
    assert model.score(X[300:] * 20, y[300:]) > 0.3


def test_the_unit_of_the_target_changes_nothing():
    X = np.random.default_rng(0).normal(size=(200, 3))
    small, large = (
        TorchRegressor(**QUICK).fit(X, X[:, 0] * unit).predict(X) / unit for unit in (1, 1000)
    )
    assert small == pytest.approx(large, rel=1e-3, abs=1e-3)


def test_a_history_has_losses_and_no_accuracy():
    X = np.random.default_rng(0).normal(size=(200, 3))
    model = TorchRegressor(**QUICK).fit(X, X[:, 0], X_val=X, y_val=X[:, 0])
    assert set(model.history_[0]) == {"epoch", "train_loss", "validation_loss", "learning_rate"}


def test_images_can_carry_a_number():
    images = np.random.default_rng(0).integers(0, 256, (120, 6, 6, 1), dtype=np.uint8)
    brightness = images.mean(axis=(1, 2, 3))
    model = TorchRegressor(**CNN | {"epochs": 15}).fit(images, brightness)
    assert model.score(images, brightness) > 0.5
