"""Network architectures: plain ``nn.Module``s, no training in here."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

Shape = tuple[int, ...]


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
    return nn.Sequential(
        *layers,
        nn.AvgPool2d((kernel[0], kernel[1])),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(depth * math.prod(size), n_classes),
    )


NETWORKS: dict[str, Callable[..., nn.Module]] = {"mlp": mlp, "cnn": cnn}
