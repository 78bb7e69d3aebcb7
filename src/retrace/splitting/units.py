"""Units: rows that must stay together, and how units of different sizes fill parts."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from retrace.core.params import Split
from retrace.core.records import PARTS, Dataset

Labels = NDArray[np.int64]

NEAR = 0.02  # of all rows, and of those of each class: so far from its share may a part be


def copies_stay_together(dataset: Dataset, settings: Split) -> bool:
    """Tell whether exact duplicates stay in one part: their owner decides, else the split's settings."""
    if dataset.duplicates is None:
        return settings.duplicates_together
    return dataset.duplicates != "keep"


def to_part_copies(dataset: Dataset) -> str:
    """Say what frees rows that copies tie to others."""
    if dataset.duplicates is None:
        return "set split.duplicates_together: false"
    return f"set `duplicates: keep` in data/{dataset.name}.yaml"


def connect(first: Labels, second: Labels) -> Labels:
    """Give one number to rows that either of two numberings ties together."""
    edges = coo_array((np.ones(len(first)), (first, second + first.max() + 1)))
    size = first.max() + second.max() + 2
    _, components = connected_components(coo_array((edges.data, edges.coords), shape=(size, size)))
    return pd.factorize(components[first])[0]


def near_shares(part: Labels, sizes: Labels, classes: Labels, settings: Split) -> bool:
    """Tell whether each part has its share of the rows, and of the rows of each class."""
    rows = np.zeros((classes.max() + 1, len(PARTS)))
    np.add.at(rows, (classes, part), sizes)
    asked = np.array([settings.train, settings.validation, settings.test])
    overall = np.abs(rows.sum(axis=0) / rows.sum() - asked).max()
    # One row more or less is as near as it gets in a small class.
    by_class = np.abs(rows - rows.sum(axis=1, keepdims=True) * asked).max(axis=1) - 1
    return bool(overall <= NEAR and (by_class <= NEAR * rows.sum(axis=1)).all())


def fill_by_class(sizes: Labels, classes: Labels, settings: Split) -> Labels:
    """Give each part its share of each class in rows: copies of one row go together, so not in units."""
    part = np.empty(len(sizes), dtype=np.int64)
    generator = np.random.default_rng(settings.seed)
    for code in np.unique(classes):
        inside = np.flatnonzero(classes == code)
        part[inside] = fill(sizes[inside], settings, generator)
    return part


def fill(sizes: Labels, settings: Split, generator: np.random.Generator) -> Labels:
    """Give units of different sizes to parts, so that each part gets near its share of the rows.

    The largest are placed first, where most room is: at random, one of nine tenths of the rows would
    often be all of the validation part. The others follow in random order, each to the part that is
    furthest below its share, so that large units do not all train and small ones all test.
    """
    wanted = np.array([settings.train, settings.validation, settings.test]) * sizes.sum()
    filled, part = np.zeros(len(PARTS)), np.empty(len(sizes), dtype=np.int64)
    order = generator.permutation(len(sizes))
    large = sizes[order] > wanted.min() / 2
    largest_first = order[large][np.argsort(-sizes[order[large]], kind="stable")]
    for position, unit in enumerate([*largest_first, *order[~large]]):
        room = wanted - filled if position < len(largest_first) else (wanted - filled) / wanted
        left, empty = len(sizes) - position, filled == 0
        # No part stays empty for want of units.
        room = np.where(empty, room, -np.inf) if left <= empty.sum() else room
        part[unit] = np.argmax(room)
        filled[part[unit]] += sizes[unit]
    return part
