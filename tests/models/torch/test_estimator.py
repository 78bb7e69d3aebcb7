import io
import pickle

import joblib
import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits

from retrace.core.errors import ModelError
from retrace.models.torch.classifier import TorchClassifier
from retrace.models.torch.estimator import READY
from torch_options import CNN as WHOLE
from torch_options import OPTIONS

CNN = WHOLE | {"epochs": 2}


@pytest.fixture(scope="module")
def images():
    X, y = load_digits(return_X_y=True)
    return X[:160].reshape(-1, 8, 8, 1).astype(np.uint8), y[:160]


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


def test_the_network_is_built_once_and_anew_after_another_fit(images):
    X, y = images
    model = TorchClassifier(**CNN).fit(X, y)
    first = model.predict_proba(X)
    network = READY[model][2]
    assert np.array_equal(model.predict_proba(X), first)
    assert READY[model][2] is network
    model.set_params(seed=7).fit(X, y)
    assert not np.array_equal(model.predict_proba(X), first)


def test_a_model_that_has_predicted_pickles_to_the_same_bytes(images):
    model = TorchClassifier(**CNN).fit(*images)
    before = dumped(model)
    model.predict(images[0])
    assert dumped(model) == before


def test_a_clone_is_not_fitted_and_has_the_same_parameters():
    model = TorchClassifier(**OPTIONS)
    assert clone(model).get_params() == model.get_params()


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


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 4), (3, 1, 3), (17, 33, 4), (1, 40, 1)])
def test_images_of_any_size_and_depth_are_learned_from_augmented(shape):
    X = np.random.default_rng(0).integers(0, 256, (12, *shape), dtype=np.uint8)
    y = np.arange(12) % 2
    changes = {"flip": True, "crop": 0.3, "rotate": 20, "colour": 0.3}
    model = TorchClassifier(**CNN | {"epochs": 1, "augmentation": changes}).fit(X, y, X, y)
    assert np.isfinite(model.predict_proba(X)).all()
