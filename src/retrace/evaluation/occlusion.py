"""Where in an image a model looks: what its answer loses when a patch is hidden."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Dataset, Floats, Predictions

PATCHES = 4  # so many side by side; they overlap by half


def occlusion_maps(
    predict: Callable[[Dataset], Predictions], part: Dataset, rows: NDArray[np.intp]
) -> Floats:
    """Hide one patch after another, and see by how much the predicted class becomes less probable.

    M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
    818-833. A patch is a quarter of the image wide and high, and has the image's mean colour.

    Parameters
    ----------
    predict : callable
        From rows to what a fitted model says of them.
    part : Dataset
        Of images, of a classification.
    rows : array of shape (n_images,)
        Positions of the images to look at.

    Returns
    -------
    array of shape (n_images, height, width)
        For each pixel the mean over the patches that hid it; negative where the model became surer.
    """
    images = np.asarray(part.X)[rows]
    windows = _windows(*images.shape[1:3])
    hidden = np.repeat(images, len(windows), axis=0)
    for place in range(len(hidden)):
        down, across = windows[place % len(windows)]
        mean = images[place // len(windows)].mean(axis=(0, 1))
        hidden[place, down, across] = np.round(mean).astype(images.dtype)
    before = predict(part.take(rows))
    after = predict(replace(part.take(np.repeat(rows, len(windows))), X=hidden))
    code = before.probabilities.argmax(axis=1)
    loss = (
        before.probabilities.max(axis=1).repeat(len(windows))
        - np.take_along_axis(
            after.probabilities, code.repeat(len(windows))[:, np.newaxis], axis=1
        ).ravel()
    )
    summed, counted = np.zeros(images.shape[:3]), np.zeros(images.shape[1:3])
    for place, (down, across) in enumerate(windows):
        counted[down, across] += 1
        summed[:, down, across] += loss[place :: len(windows), np.newaxis, np.newaxis]
    return summed / counted


def _windows(height: int, width: int) -> list[tuple[slice, slice]]:
    return [(down, across) for down in _slices(height) for across in _slices(width)]


def _slices(side: int) -> list[slice]:
    size = max(1, side // PATCHES)
    step = max(1, size // 2)
    starts = sorted({*range(0, side - size, step), side - size})
    return [slice(start, start + size) for start in starts]
