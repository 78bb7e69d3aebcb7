import dataclasses

import numpy as np
import pytest

from retrace.core.records import Predictions
from retrace.evaluation.occlusion import occlusion_maps


def bright_corner(part):
    """Say `b` as probably as the upper left quarter is bright."""
    X = np.asarray(part.X, dtype=np.float64)
    share = X[:, :4, :4].mean(axis=(1, 2, 3)) / 255
    probabilities = np.column_stack([1 - share, share])
    return Predictions(y=part.y, predicted=probabilities.argmax(axis=1), probabilities=probabilities)


@pytest.fixture
def images(make_dataset):
    part = make_dataset(n=3, kind="image")
    X = np.zeros((3, 16, 12, 1), dtype=np.uint8)
    X[:, :4, :4] = 255
    return dataclasses.replace(part, X=X)


def test_only_what_the_answer_rests_on_is_red(images):
    (found,) = occlusion_maps(bright_corner, images, np.array([1]))
    assert found.shape == (16, 12)
    assert found.max() == found[:4, :4].max() > 0.1
    assert found[8:, 8:].tolist() == np.zeros((8, 4)).tolist()


def test_images_are_looked_at_one_by_one(images):
    images.X[0, :, :, :] = 0
    both = occlusion_maps(bright_corner, images, np.array([0, 2]))
    (last,) = occlusion_maps(bright_corner, images, np.array([2]))
    assert both[1] == pytest.approx(last)
    assert not both[0].any()  # nothing but black is hidden by black


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 2), (8, 8)])
def test_small_images_are_looked_at_too(make_dataset, height, width):
    part = make_dataset(n=2, kind="image")
    part = dataclasses.replace(part, X=np.full((2, height, width, 1), 9, dtype=np.uint8))
    assert occlusion_maps(bright_corner, part, np.arange(2)).shape == (2, height, width)
