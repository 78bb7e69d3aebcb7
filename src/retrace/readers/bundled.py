"""Datasets that come with scikit-learn: nothing to download, the same bytes everywhere.

digits: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998 (the test
    part of it: 1,797 images of 8x8 pixels, values 0 to 16).
wine: S. Aeberhard and M. Forina, "Wine", UCI, 1991 (178 rows, 13 chemical measurements, 3 growers).
diabetes: B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, "Least angle regression", Annals of
    Statistics 32 (2004), 407-499 (442 patients, 10 measurements, the disease a year later).
"""

import hashlib
from pathlib import Path
from typing import Literal

import numpy as np

from retrace.core.errors import ParamsError
from retrace.core.records import Dataset
from retrace.readers.shared.cells import Reading, facts_of
from retrace.readers.shared.description import CommonDescription, described
from retrace.readers.table import hash_rows


@described
class Description(CommonDescription):
    """A dataset inside the scikit-learn package."""

    reader: Literal["bundled"]
    dataset: Literal["digits", "wine", "diabetes"]


def read(description: Description, name: str, folder: Path) -> Dataset:
    """Load the dataset from the installed package; ``folder`` holds only a README.

    Raises
    ------
    ParamsError
        The description calls the dataset another kind or task than it is.
    """
    kind, task, load = DATASETS[description.dataset]
    for key, value in (("kind", kind), ("task", task)):
        if getattr(description, key) != value:
            got = getattr(description, key)
            raise ParamsError(f"{folder}.yaml: {key}: got '{got}', should be '{value}'")
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


def _table(description: Description, name: str) -> Dataset:
    from sklearn import datasets  # slow to import, and a table does not need it

    bunch = getattr(datasets, f"load_{description.dataset}")(as_frame=True)
    regression = description.task == "regression"
    return Dataset(
        name=name,
        title=description.title,
        task=description.task,
        kind=description.kind,
        X=bunch.data.astype(np.float64),
        y=bunch.target.to_numpy(np.float64 if regression else np.int64),
        classes=() if regression else tuple(str(label) for label in bunch.target_names),
        ids=np.arange(len(bunch.data)),
        row_hash=hash_rows(bunch.frame),
        columns=tuple(
            facts_of(Reading(x, "number"), str(x.name), "feature") for _, x in bunch.data.items()
        ),
    )


DATASETS = {
    "digits": ("image", "classification", _digits),
    "wine": ("tabular", "classification", _table),
    "diabetes": ("tabular", "regression", _table),
}
