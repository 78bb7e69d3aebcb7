"""Images in, the mean and the spread of each channel out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Floats

BLOCK_BYTES = 2**24


def channel_statistics(X: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return the mean and the standard deviation of each channel; 1 where all values are equal.

    Parameters
    ----------
    X : array of shape (n_samples, ..., n_channels)
        Of uint8, whose values are counted: exact, and in little memory; or of any other numbers.

    Returns
    -------
    mean, scale : float64 array of shape (n_channels,)
    """
    if X.dtype == np.uint8:
        mean, scale = _of_counts(X)
    else:
        axes = tuple(range(X.ndim - 1))
        mean, scale = X.mean(axis=axes, dtype=np.float64), X.std(axis=axes, dtype=np.float64)
    return mean, np.where(scale > 0, scale, 1)


def _of_counts(X: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    blocks = np.array_split(X, 1 + X.nbytes // BLOCK_BYTES)
    counts = np.sum([_histograms(block) for block in blocks], axis=0)
    values = np.arange(256)
    mean = counts @ values / counts.sum(axis=1)
    variance = [n @ (values - m) ** 2 / n.sum() for n, m in zip(counts, mean, strict=True)]
    return mean, np.sqrt(variance)


def _histograms(X: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how often each channel has each value, shape (n_channels, 256)."""
    return np.array([np.bincount(X[..., c].ravel(), minlength=256) for c in range(X.shape[-1])])
