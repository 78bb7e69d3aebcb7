import numpy as np
import pytest
import torch

from retrace.models.torch import networks
from retrace.models.torch.networks import Normalise, channel_statistics, cnn, mlp


@pytest.mark.parametrize(
    "shape", [(1, 8, 8), (3, 64, 64), (1, 28, 28), (4, 33, 17), (3, 1, 1), (1, 5, 40)]
)
def test_cnn_takes_images_of_any_size_and_depth(shape):
    network = cnn(shape, 5, channels=[4, 8, 8, 8, 8], dropout=0.1)
    assert network(torch.zeros(2, *shape)).shape == (2, 5)


def test_cnn_of_a_large_image_has_no_more_weights_than_of_a_small_one():
    small, large = (
        sum(
            weight.numel()
            for weight in cnn((3, side, side), 2, channels=[8] * 6, dropout=0).parameters()
        )
        for side in (16, 256)
    )
    assert large == small


@pytest.mark.parametrize("hidden", [[], [7], [7, 3]])
def test_mlp_has_the_asked_layers(hidden):
    network = mlp((6,), 4, hidden=hidden, dropout=0.5)
    widths = [layer.out_features for layer in network if isinstance(layer, torch.nn.Linear)]
    assert widths == [*hidden, 4]


def test_normalise_works_per_channel_on_whole_numbers():
    images = torch.tensor([[[[10]], [[100]]]], dtype=torch.uint8)
    layer = Normalise(torch.tensor([10.0, 90.0]), torch.tensor([1.0, 5.0]))
    assert layer(images).flatten().tolist() == [0.0, 2.0]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_mean_and_spread_are_those_of_numpy(dtype, monkeypatch):
    monkeypatch.setattr(networks, "BLOCK_BYTES", 100)
    X = np.random.default_rng(0).integers(0, 256, (30, 5, 4, 3)).astype(dtype)
    mean, scale = channel_statistics(X)
    np.testing.assert_allclose(mean, X.mean(axis=(0, 1, 2), dtype=float), rtol=1e-12)
    np.testing.assert_allclose(scale, X.std(axis=(0, 1, 2), dtype=float), rtol=1e-12)


def test_a_channel_of_one_value_is_not_divided_by_zero():
    assert channel_statistics(np.full((4, 3, 3, 1), 7, np.uint8))[1].tolist() == [1.0]
