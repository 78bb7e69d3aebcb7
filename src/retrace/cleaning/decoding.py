"""A table of image files in, their pixels out: decoded on all cores, batch by batch, in order."""

import functools
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.errors import DataError
from retrace.core.params import ImageCleaning
from retrace.images.files import read_all_pixels
from retrace.images.parallel import map_chunks

# Of a batch: what it may hold in memory, and how many files it may have.
BATCH_BYTES, BATCH_FILES = 2**22, 256

Pixels = NDArray[np.uint8]


def decode(files: pd.DataFrame, settings: ImageCleaning, workers: int | None = None) -> Pixels:
    """Decode images into one array; beside it, no more than a few batches are in memory.

    Parameters
    ----------
    files : DataFrame of shape (n_samples, ...)
        With the columns ``path``, ``width`` and ``height``, and ``bits`` where fewer than 16 are in use.
    settings : ImageCleaning
        The size, channels and fit that all images are brought to.
    workers : int or None
        As `retrace.images.parallel.map_chunks` takes it: it changes no result.

    Returns
    -------
    uint8 array of shape (n_samples, height, width, channels)

    Raises
    ------
    DataError
        The images differ in size and no size is set; or files cannot be read any more.
    """
    X = np.empty((len(files), *image_shape(files, settings)), dtype=np.uint8)
    start = 0
    for batch in decode_batches(files, settings, workers):
        X[start : start + len(batch)] = batch
        start += len(batch)
    return X


def decode_batches(
    files: pd.DataFrame, settings: ImageCleaning, workers: int | None = None
) -> Iterator[Pixels]:
    """Yield what `decode` returns, in batches of some rows."""
    shape = image_shape(files, settings)
    bits = int(files["bits"].max()) if "bits" in files else 16
    pixels = max(np.prod(shape), (files["width"] * files["height"]).mean() * shape[-1])
    yield from map_chunks(
        functools.partial(read_all_pixels, shape=shape, size=settings.size, fit=settings.fit, bits=bits),
        files["path"].tolist(),
        chunk=int(np.clip(BATCH_BYTES // pixels, 1, BATCH_FILES)),
        workers=workers,
        unit="image",
    )


def image_shape(files: pd.DataFrame, settings: ImageCleaning) -> tuple[int, int, int]:
    """Return height, width and channels of the images when decoded; raises what `decode` raises."""
    channels = settings.channels or 3
    if settings.size is not None:
        return settings.size, settings.size, channels
    sizes = files.value_counts(["width", "height"], sort=True)
    if len(sizes) > 1:
        shown = ", ".join(f"{w}x{h} in {count:,}" for (w, h), count in sizes[:3].items())
        raise DataError(
            f"the images have {len(sizes):,} different sizes ({shown}, ...), a model takes one: set"
            " preprocess.image.size in params.yaml, such as 64"
        )
    width, height = sizes.index[0]
    return height, width, channels
