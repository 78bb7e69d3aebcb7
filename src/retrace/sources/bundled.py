"""Datasets that come with scikit-learn: nothing to download, the same bytes everywhere.

digits: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998 (the test
    part of it: 1,797 images of 8x8 pixels, values 0 to 16).
wine: S. Aeberhard and M. Forina, "Wine", UCI, 1991 (178 rows, 13 chemical measurements, 3 growers).
"""

import hashlib
from pathlib import Path
from typing import Literal

import numpy as np

from retrace.errors import ParamsError
from retrace.records import Dataset
from retrace.sources.description import CommonDescription, described
from retrace.sources.table import hash_rows


@described
class Description(CommonDescription):
    """A dataset inside the scikit-learn package."""

    reader: Literal["bundled"]
    dataset: Literal["digits", "wine"]


def read(description: Description, name: str, folder: Path) -> Dataset:
    """Load the dataset from the installed package; ``folder`` holds only a README.

    Raises
    ------
    ParamsError
        The description calls the dataset another kind than it is.
    """
    kind, load = {"digits": ("image", _digits), "wine": ("tabular", _wine)}[description.dataset]
    if description.kind != kind:
        raise ParamsError(f"{folder}.yaml: kind: got '{description.kind}', should be '{kind}'")
    return load(description, name)


def _digits(description: Description, name: str) -> Dataset:
    from sklearn import datasets  # slow to import, and a table does not need it

    bunch = datasets.load_digits()
    images = bunch.images.astype(np.uint8)[..., np.newaxis]
    hashes = [
        int.from_bytes(hashlib.blake2b(image.tobytes() + bytes([label]), digest_size=8).digest())
        for image, label in zip(images, bunch.target, strict=True)
    ]
    return Dataset(
        name=name,
        title=description.title,
        task=description.task,
        kind=description.kind,
        X=images,
        y=bunch.target.astype(np.int64),
        classes=tuple(str(digit) for digit in bunch.target_names),
        ids=np.arange(len(images)),
        row_hash=np.array(hashes, dtype=np.uint64),
    )


def _wine(description: Description, name: str) -> Dataset:
    from sklearn import datasets  # slow to import, and a table does not need it

    bunch = datasets.load_wine(as_frame=True)
    return Dataset(
        name=name,
        title=description.title,
        task=description.task,
        kind=description.kind,
        X=bunch.data,
        y=bunch.target.to_numpy(np.int64),
        classes=tuple(str(grower) for grower in bunch.target_names),
        ids=np.arange(len(bunch.data)),
        row_hash=hash_rows(bunch.frame),
    )
