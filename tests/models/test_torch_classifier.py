import io
import pickle

import joblib
import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.utils.estimator_checks import parametrize_with_checks

from retrace.errors import ModelError
from retrace.models.torch_classifier import TorchClassifier

OPTIONS = {
    "network": "mlp",
    "architecture": {"hidden": [32], "dropout": 0.1},
    "epochs": 20,
    "batch_size": 16,
    "learning_rate": 0.02,
    "weight_decay": 0.0,
    "schedule": "one_cycle",
    "patience": None,
    "class_weight": None,
    "shift": 0,
    "device": "cpu",
    "precision": "float32",
    "seed": 0,
}

CNN = OPTIONS | {
    "network": "cnn",
    "architecture": {"channels": [8, 8], "dropout": 0.1},
    "epochs": 4,
    "shift": 1,
}


@parametrize_with_checks([TorchClassifier(**OPTIONS)])
def test_estimator_contract(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def images():
    X, y = load_digits(return_X_y=True)
    return X[:400].reshape(-1, 8, 8, 1).astype(np.uint8), y[:400]


def dumped(model):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return buffer.getvalue()


def test_the_same_seed_gives_the_same_bytes(images):
    assert dumped(TorchClassifier(**CNN).fit(*images)) == dumped(TorchClassifier(**CNN).fit(*images))


def test_another_seed_gives_other_weights(images):
    first, other = (TorchClassifier(**CNN | {"seed": seed}).fit(*images) for seed in (0, 1))
    assert not np.array_equal(first.predict_proba(images[0]), other.predict_proba(images[0]))


def test_what_was_drawn_before_changes_nothing(images):
    expected = dumped(TorchClassifier(**CNN).fit(*images))
    torch.rand(17)
    assert dumped(TorchClassifier(**CNN).fit(*images)) == expected


def test_fitting_leaves_the_global_generator_alone(images):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    TorchClassifier(**CNN).fit(*images)
    assert torch.equal(torch.rand(3), expected)


def test_a_pickled_model_predicts_the_same(images):
    model = TorchClassifier(**CNN).fit(*images)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(model.predict_proba(images[0]), again.predict_proba(images[0]))


def test_a_clone_is_not_fitted_and_has_the_same_parameters():
    model = TorchClassifier(**OPTIONS)
    assert clone(model).get_params() == model.get_params()


def test_labels_of_any_kind_come_back(images):
    names = np.array([f"digit {label}" for label in images[1]])
    model = TorchClassifier(**CNN).fit(images[0], names)
    assert set(model.predict(images[0])) <= set(names)
    assert model.score(images[0], names) > 0.5


def test_probabilities_sum_to_one(images):
    probabilities = TorchClassifier(**CNN).fit(*images).predict_proba(images[0])
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
        model = TorchClassifier(**OPTIONS | {"class_weight": class_weight}).fit(X, y)
        return (model.predict(X)[y == 1] == 1).mean()

    assert recall("balanced") > recall(None) + 0.3


def test_whole_numbers_of_a_table_are_taken(images):
    X = images[0].reshape(400, -1)
    assert TorchClassifier(**OPTIONS).fit(X, images[1]).score(X, images[1]) > 0.5


def test_validation_labels_that_training_does_not_have_are_refused(images):
    X, y = images
    with pytest.raises(ValueError, match="y_val has labels that y has not"):
        TorchClassifier(**CNN).fit(X, y, X_val=X, y_val=y + 50)


def test_mixed_precision_learns_and_repeats(images):
    mixed = CNN | {"precision": "bfloat16"}
    first, again = (TorchClassifier(**mixed).fit(*images) for _ in range(2))
    assert dumped(first) == dumped(again) != dumped(TorchClassifier(**CNN).fit(*images))
    assert first.score(*images) > 0.5


def test_asking_for_a_gpu_where_there_is_none_is_an_error(images):
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(ModelError, match=r"got 'cuda', but torch .* sees no CUDA device"):
        TorchClassifier(**CNN | {"device": "cuda"}).fit(*images)


def test_a_model_trained_on_a_gpu_predicts_without_one(images):
    model = TorchClassifier(**CNN).fit(*images)
    expected = model.predict_proba(images[0])
    model.device = "cuda"  # as a colleague pulls it
    assert model.predict_proba(images[0]) == pytest.approx(expected, abs=1e-5)
