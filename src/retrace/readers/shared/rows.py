"""Rows and targets as their owner wants them: without copies or rare classes, on a scale."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.errors import DataError, did_you_mean, first_few
from retrace.core.records import Dataset, TargetScale
from retrace.core.spelling import spelled
from retrace.readers.shared.description import CommonDescription, RareClasses

# Below what a target has no such scale, and what it is called.
TARGET_SCALES: dict[TargetScale, tuple[int, str]] = {
    "log": (0, "the natural logarithm"),
    "log1p": (-1, "the natural logarithm of one more"),
}


def settled(dataset: Dataset, description: CommonDescription) -> Dataset:
    """Do to a dataset what ``duplicates``, ``rare_classes``, ``positive`` and ``target_scale`` ask for.

    Raises
    ------
    DataError
        No two classes are left, the positive class is none of two, or a target has no logarithm.
    """
    dataset = replace(dataset, duplicates=description.duplicates)
    if description.duplicates == "drop":
        dataset = without_copies(dataset)
    if description.rare_classes is not None:
        dataset = without_rare_classes(dataset, description.rare_classes)
    if description.positive is not None:
        dataset = with_positive_last(dataset, spelled(description.positive))
    if description.target_scale is not None:
        dataset = with_target_scale(dataset, description.target_scale)
    return dataset


def without_copies(dataset: Dataset) -> Dataset:
    """Keep the first of rows that are equal in all but what names them."""
    kept = np.flatnonzero(~pd.Series(dataset.row_hash).duplicated())
    n_dropped = len(dataset) - len(kept)
    note = f"{n_dropped:,} of {len(dataset):,} rows are copies of others and were left out."
    return replace(dataset.take(kept), notes=(*dataset.notes, note)) if n_dropped else dataset


def without_rare_classes(dataset: Dataset, rule: RareClasses) -> Dataset:
    """Leave the rows of rare classes out, or give them one class."""
    counts = np.bincount(dataset.y, minlength=len(dataset.classes))
    rare = counts < rule.fewer_than
    if not rare.any():
        return dataset
    names = [dataset.classes[code] for code in np.flatnonzero(rare)]
    what = f"classes of fewer than {rule.fewer_than} rows ({first_few(names, 10)})"
    if rule.merge_into is None:
        note = f"{counts[rare].sum():,} rows of {len(names)} {what} were left out."
        dataset = dataset.take(np.flatnonzero(~rare[dataset.y]))
        labels = np.array(dataset.classes, dtype=object)[dataset.y]
    else:
        note = f"{len(names)} {what} became one class, '{rule.merge_into}'."
        merged = [rule.merge_into if is_rare else name for name, is_rare in _pairs(dataset, rare)]
        labels = np.array(merged, dtype=object)[dataset.y]
    kept = [name for name, is_rare in _pairs(dataset, rare) if not is_rare]
    classes = list(dict.fromkeys([*kept, *([rule.merge_into] if rule.merge_into else [])]))
    if len(classes) < 2:
        raise DataError(
            f"data/{dataset.name}.yaml: rare_classes: fewer_than: got {rule.fewer_than}, which leaves"
            f" {len(classes)} classes (the largest has {counts.max():,} rows): a classifier needs two;"
            " set it lower"
        )
    return replace(_coded(dataset, labels, classes), notes=(*dataset.notes, note))


def with_positive_last(dataset: Dataset, positive: str) -> Dataset:
    """Put a class last: scikit-learn, and who reads the second probability, takes it for positive."""
    where = f"data/{dataset.name}.yaml: positive: got '{positive}'"
    if positive not in dataset.classes:
        allowed = first_few(list(dataset.classes), 10)
        raise DataError(f"{where}{did_you_mean(positive, dataset.classes)}; the classes are {allowed}")
    if len(dataset.classes) != 2:
        n = len(dataset.classes)
        raise DataError(f"{where}, which goes with two classes: there are {n}; remove it")
    labels = np.array(dataset.classes, dtype=object)[dataset.y]
    negative = next(name for name in dataset.classes if name != positive)
    return _coded(dataset, labels, [negative, positive])


def with_target_scale(dataset: Dataset, scale: TargetScale) -> Dataset:
    """Say that models learn the target's logarithm, which each row must have."""
    floor, what = TARGET_SCALES[scale]
    without = dataset.y <= floor
    if without.any():
        first = np.flatnonzero(without)[0]
        other = "; `log1p` takes 0 as well" if scale == "log" and dataset.y.min() > -1 else ""
        raise DataError(
            f"data/{dataset.name}.yaml: target_scale: got '{scale}', but {without.sum():,} of"
            f" {len(dataset):,} targets are {floor} or less (row {dataset.ids[first]}:"
            f" {dataset.y[first]:g}), which have no logarithm: remove it, or mend these rows{other}"
        )
    note = f"Models learn {what} of the target; predictions and metrics are in its own unit."
    return replace(dataset, target_scale=scale, notes=(*dataset.notes, note))


def _pairs(dataset: Dataset, rare: NDArray[np.bool_]) -> list[tuple[str, bool]]:
    return list(zip(dataset.classes, rare.tolist(), strict=True))


def _coded(dataset: Dataset, labels: NDArray[np.object_], classes: list[str]) -> Dataset:
    y = pd.Categorical(labels, categories=classes).codes.astype(np.int64)
    return replace(dataset, y=y, classes=tuple(classes))
