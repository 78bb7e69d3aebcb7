"""Frozen networks: a row in, a vector out, once; what learns from the vectors is any model.

The network is one that others trained: a name on the Hugging Face hub, or a folder. `preprocess` runs
it, so DVC keeps the vectors, and another model on top costs no forward pass.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrace.cleaning.embedding.images import ImageBackbone
from retrace.cleaning.embedding.progress import progress
from retrace.cleaning.embedding.texts import TextBackbone
from retrace.core.errors import ModelError
from retrace.core.params import Preprocess, Train
from retrace.core.records import Dataset, Kind
from retrace.core.seeding import available_device, pin

Backbone = ImageBackbone | TextBackbone

BACKBONES = {"image": ImageBackbone, "text": TextBackbone}


def load_backbone(kind: Kind, settings: Preprocess, train: Train) -> Backbone | None:
    """Load the frozen network that params.yaml names for a kind of data; None if it names none.

    Fixes the number of threads, which decides the last bits, as `retrace.core.seeding.pin` does.

    Raises
    ------
    ModelError
        The network cannot be had, is not the pinned one, or cannot be loaded.
    """
    section = getattr(settings, kind)
    if kind not in BACKBONES or section.backbone is None:
        return None
    # A frozen network draws nothing: any seed does.
    pin(seed=0, threads=train.threads, instructions=train.instructions)
    return BACKBONES[kind](section, available_device(train.device))


def embed(dataset: Dataset, clean: Callable[[Dataset], Dataset], backbone: Backbone) -> Dataset:
    """Clean the rows and turn each into a vector, chunk by chunk.

    Parameters
    ----------
    dataset : Dataset
        Texts, images, or what ``clean`` makes images of.
    clean : callable
        The row-wise work before the network.
    backbone : ImageBackbone or TextBackbone

    Returns
    -------
    Dataset
        Of kind ``"vectors"``: ``X`` is float32 of shape (n_samples, n_features).

    Raises
    ------
    ModelError
        The network does not take these rows.
    """
    vectors: list[NDArray[np.float32]] = []
    with progress(len(dataset), backbone.name) as advance:
        for start in range(0, len(dataset), backbone.rows_at_a_time):
            rows = np.arange(start, min(start + backbone.rows_at_a_time, len(dataset)))
            cleaned: Any = clean(dataset.take(rows))
            vectors.append(backbone.vectors(cleaned.X, advance))
    X = np.concatenate(vectors)
    broken = np.flatnonzero(~np.isfinite(X).all(axis=1))
    if len(broken):
        raise ModelError(
            f"'{backbone.name}' gives vectors that are not finite for {len(broken)} rows, the first with"
            f" the id {dataset.ids[broken[0]]}: take another network, or mend these rows"
        )
    return replace(dataset, kind="vectors", X=X, notes=(*cleaned.notes, backbone.note(X.shape[1])))
