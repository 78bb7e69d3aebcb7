"""Network architectures, and how their inputs are normalised; no training in here."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from retrace.core.records import Floats

Shape = tuple[int, ...]

BLOCK_BYTES = 2**24  # of images whose values are counted at once


class Normalise(nn.Module):
    """Bring pixels of any range to mean 0 and standard deviation 1 per channel.

    A layer of the network rather than a step before it: so images stay ``uint8`` until a batch of them
    is needed.

    Parameters
    ----------
    mean, scale : Tensor of shape (channels,)
        Of the training images.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, mean: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean.reshape(-1, 1, 1))
        self.register_buffer("scale", scale.reshape(-1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Map images of shape (n_samples, channels, height, width) to float32 of the same shape."""
        return (images.to(torch.float32) - self.mean) / self.scale


def channel_statistics(X: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return the mean and the standard deviation of each channel; 1 where all values are equal.

    Parameters
    ----------
    X : array of shape (n_samples, ..., n_channels)
        Of uint8, whose values are counted: exact, and in little memory; or of any other numbers.

    Returns
    -------
    mean, scale : float64 array of shape (n_channels,)
        What `Normalise` takes.
    """
    if X.dtype == np.uint8:
        mean, scale = _statistics_of_bytes(X)
    else:
        axes = tuple(range(X.ndim - 1))
        mean, scale = X.mean(axis=axes, dtype=np.float64), X.std(axis=axes, dtype=np.float64)
    return mean, np.where(scale > 0, scale, 1)


def _statistics_of_bytes(X: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    # 256 counts tell all: no float64 copy of the images, and the same sum in whatever order.
    blocks = np.array_split(X, 1 + X.nbytes // BLOCK_BYTES)
    counts = np.sum([_histograms(block) for block in blocks], axis=0)
    values = np.arange(256)
    mean = counts @ values / counts.sum(axis=1)
    variance = [n @ (values - m) ** 2 / n.sum() for n, m in zip(counts, mean, strict=True)]
    return mean, np.sqrt(variance)


def _histograms(X: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how often each channel has each value, shape (n_channels, 256)."""
    return np.array([np.bincount(X[..., c].ravel(), minlength=256) for c in range(X.shape[-1])])


def mlp(input_shape: Shape, n_classes: int, *, hidden: Sequence[int], dropout: float) -> nn.Module:
    """Fully connected layers with ReLU and dropout.

    Parameters
    ----------
    input_shape : tuple of int
        Of one row: ``(n_features,)``.
    n_classes : int
        Number of logits.
    hidden : sequence of int
        Width of each hidden layer.
    dropout : float
        Share of hidden units that a training step leaves out.
    """
    layers: list[nn.Module] = [nn.Flatten()]
    width = math.prod(input_shape)
    for wider in hidden:
        layers += [nn.Linear(width, wider), nn.ReLU(), nn.Dropout(dropout)]
        width = wider
    return nn.Sequential(*layers, nn.Linear(width, n_classes))


def cnn(input_shape: Shape, n_classes: int, *, channels: Sequence[int], dropout: float) -> nn.Module:
    """3x3 convolutions with batch normalisation; the image is halved until it is 4 to 7 pixels wide.

    Parameters
    ----------
    input_shape : tuple of int
        Of one row: ``(channels, height, width)``, any size.
    n_classes : int
        Number of logits.
    channels : sequence of int
        Number of filters of each convolution.
    dropout : float
        Share of the last features that a training step leaves out.
    """
    depth, *size = input_shape
    layers: list[nn.Module] = []
    for position, filters in enumerate(channels):
        layers += [
            nn.Conv2d(depth, filters, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(filters),
            nn.ReLU(),
        ]
        if position > 0 and min(size) >= 8:
            layers.append(nn.MaxPool2d(2))
            size = [pixels // 2 for pixels in size]
        depth = filters
    # Not AdaptiveAvgPool2d: its gradient does not repeat on CUDA.
    kernel = [max(1, pixels // 4) for pixels in size]
    size = [pixels // step for pixels, step in zip(size, kernel, strict=True)]
    # A pool of single pixels would only copy them.
    pool = nn.Identity() if kernel == [1, 1] else nn.AvgPool2d((kernel[0], kernel[1]))
    return nn.Sequential(
        *layers,
        pool,
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(depth * math.prod(size), n_classes),
    )


NETWORKS: dict[str, Callable[..., nn.Module]] = {"mlp": mlp, "cnn": cnn}
