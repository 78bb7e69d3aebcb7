import io

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.utils.estimator_checks import parametrize_with_checks

from retrace.models.torch.classifier import TorchClassifier
from torch_options import CNN, OPTIONS

QUICK = OPTIONS | {"epochs": 6}


@parametrize_with_checks([TorchClassifier(**QUICK)])
def test_estimator_contract(estimator, check):
    check(estimator)


def dumped(model):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def images():
    X, y = load_digits(return_X_y=True)
    return X[:400].reshape(-1, 8, 8, 1).astype(np.uint8), y[:400]


def test_labels_of_any_kind_come_back(images):
    names = np.array([f"digit {label}" for label in images[1]])
    model = TorchClassifier(**CNN).fit(images[0], names)
    assert set(model.predict(images[0])) <= set(names)
    assert model.score(images[0], names) > 0.5


@pytest.fixture(scope="module")
def fitted(images):
    return TorchClassifier(**CNN).fit(*images)


def test_probabilities_sum_to_one(images, fitted):
    probabilities = fitted.predict_proba(images[0])
    assert probabilities.sum(axis=1) == pytest.approx(1)


def test_history_has_an_entry_per_epoch_with_validation(images):
    X, y = images
    model = TorchClassifier(**CNN).fit(X[:300], y[:300], X_val=X[300:], y_val=y[300:])
    assert [row["epoch"] for row in model.history_] == [1, 2, 3, 4]
    losses = [row["validation_loss"] for row in model.history_]
    assert model.best_epoch_ == losses.index(min(losses)) + 1


def test_balanced_weights_help_the_rare_class():
    generator = np.random.default_rng(0)
    y = (generator.random(600) < 0.05).astype(int)
    X = (generator.normal(size=(600, 2)) + y[:, None]).astype(np.float32)

    def recall(class_weight):
        model = TorchClassifier(**QUICK | {"class_weight": class_weight}).fit(X, y)
        return (model.predict(X)[y == 1] == 1).mean()

    assert recall("balanced") > recall(None) + 0.3


def test_whole_numbers_of_a_table_are_taken(images):
    X = images[0].reshape(400, -1)
    assert TorchClassifier(**QUICK).fit(X, images[1]).score(X, images[1]) > 0.5


def test_validation_labels_that_training_does_not_have_are_refused(images):
    X, y = images
    with pytest.raises(ValueError, match="y_val has labels that y has not"):
        TorchClassifier(**CNN).fit(X, y, X_val=X, y_val=y + 50)


def test_mixed_precision_learns_and_repeats(images, fitted):
    mixed = CNN | {"precision": "bfloat16"}
    first, again = (TorchClassifier(**mixed).fit(*images) for _ in range(2))
    assert dumped(first) == dumped(again) != dumped(fitted)
    assert first.score(*images) > 0.5
