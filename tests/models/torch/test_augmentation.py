import dataclasses

import pytest
import torch

from retrace.models.callbacks import Checkpoint
from retrace.models.torch.augmentation import augment, shift_images
from retrace.models.torch.networks import cnn
from retrace.models.torch.training import train_network
from torch_options import TRAINING

OFF = {"flip": False, "crop": 0, "rotate": 0, "colour": 0}
ALL = {"flip": True, "crop": 0.3, "rotate": 20, "colour": 0.3}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def images():
    return torch.randint(0, 256, (40, 3, 12, 10), dtype=torch.uint8, generator=seeded())


def test_shift_moves_images_by_whole_pixels_and_fills_with_zero():
    images = torch.zeros(200, 1, 5, 5, dtype=torch.uint8)
    images[:, :, 2, 2] = 9
    moved = shift_images(images, 1, torch.Generator().manual_seed(0))
    assert moved.shape == images.shape
    places = {tuple(image[0].nonzero()[0].tolist()) for image in moved}
    assert places == {(row, column) for row in (1, 2, 3) for column in (1, 2, 3)}
    assert (moved.sum(dim=(1, 2, 3)) == 9).all()


def test_flip_mirrors_about_half_of_the_images_and_keeps_every_pixel(images):
    flipped = augment(images, seeded(), **OFF | {"flip": True})
    assert flipped.dtype == torch.uint8
    mirrored = [torch.equal(a, b.flip(-1)) for a, b in zip(flipped, images, strict=True)]
    same = [torch.equal(a, b) for a, b in zip(flipped, images, strict=True)]
    assert all(m or s for m, s in zip(mirrored, same, strict=True))
    assert 10 < sum(mirrored) < 30


def test_crop_shows_a_part_of_the_image_enlarged():
    ramp = torch.arange(21, dtype=torch.uint8).expand(200, 1, 21, 21)
    cropped = augment(ramp, seeded(), **OFF | {"crop": 0.5})[:, 0, 0]
    seen = cropped[:, -1] - cropped[:, 0]
    assert seen.min() >= 10 - 1e-3
    assert seen.max() <= 20 + 1e-3
    assert seen.max() - seen.min() > 8
    assert cropped[:, 0].max() > 8  # at the left edge, and away from it


def test_a_turned_image_has_no_empty_corners():
    turned = augment(torch.full((50, 1, 9, 9), 200, dtype=torch.uint8), seeded(), **OFF | {"rotate": 45})
    assert torch.allclose(turned, torch.tensor(200.0), atol=1e-3)


def test_rotate_turns_by_no_more_degrees_than_asked():
    dot = torch.zeros(300, 1, 41, 41, dtype=torch.uint8)
    dot[:, :, 20, 36:40] = 255  # three o'clock
    turned = augment(dot, seeded(), **OFF | {"rotate": 30})
    rows, columns = torch.meshgrid(torch.arange(41.0), torch.arange(41.0), indexing="ij")
    mass = turned[:, 0] / turned.sum(dim=(1, 2, 3))[:, None, None]
    angles = torch.atan2((mass * (rows - 20)).sum((1, 2)), (mass * (columns - 20)).sum((1, 2)))
    assert 25 < angles.rad2deg().abs().max() < 31


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_colour_keeps_the_range_of_pixels_and_leaves_opacity_alone(channels):
    images = torch.randint(0, 256, (20, channels, 6, 6), dtype=torch.uint8, generator=seeded())
    changed = augment(images, seeded(), **OFF | {"colour": 0.5})
    assert changed.shape == images.shape
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert not torch.allclose(changed[:, :3], images[:, :3].float(), atol=1)
    assert torch.equal(changed[:, 3:], images[:, 3:].float())


def test_one_generator_state_gives_one_result(images):
    once, again = (augment(images, seeded(3), **ALL) for _ in range(2))
    assert torch.equal(once, again)
    assert not torch.equal(once, augment(images, seeded(4), **ALL))


class StopError(Exception):
    pass


class Stop:
    def on_train_begin(self, state, options):
        pass

    def on_epoch_end(self, state, options):
        raise StopError


def test_an_interrupted_training_with_augmentation_ends_in_the_same_bits(images, tmp_path):
    data = images, torch.arange(len(images)) % 2
    options = dataclasses.replace(TRAINING, epochs=3, augmentation=ALL)

    def train(*callbacks):
        torch.manual_seed(0)
        network = cnn((3, 12, 10), 2, channels=[4, 4], dropout=0.2)
        return train_network(FromBytes(network), data, data, options, callbacks)

    checkpoint = Checkpoint({}, tmp_path)
    with pytest.raises(StopError):
        train(checkpoint, Stop())
    resumed, whole = train(checkpoint).network.state_dict(), train().network.state_dict()
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)


class FromBytes(torch.nn.Sequential):
    """A network that takes pixels."""

    def forward(self, images):
        return super().forward(images.float() / 255)
