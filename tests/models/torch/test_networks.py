import pytest
import torch

from retrace.models.torch.networks import Normalise, cnn, mlp


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
