"""Growing shares of the training part: each holds the smaller ones."""

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Dataset


def shares(n_points: int, smallest: float = 0.1) -> list[float]:
    """Return shares from ``smallest`` to 1, each the same factor larger than the one before."""
    return [float(share) for share in np.geomspace(smallest, 1, n_points)]


def nested_order(part: Dataset, seed: int) -> NDArray[np.intp]:
    """Put rows into an order of which every beginning is a fair sample.

    Classes keep their shares, and each has a row as soon as there are as many rows as classes; groups
    come whole, so that a smaller sample has fewer of them.

    Returns
    -------
    array of shape (n_samples,)
        Positions.
    """
    generator = np.random.default_rng(seed)
    if part.groups is not None:
        _, group = np.unique(part.groups, return_inverse=True)
        place = generator.permutation(group.max() + 1)[group]
        return np.argsort(place, kind="stable")
    rows = generator.permutation(len(part))
    if part.task == "regression":
        return rows
    place = np.empty(len(part))
    for code in np.unique(part.y):
        members = rows[part.y[rows] == code]
        place[members] = np.arange(len(members)) / len(members)
    return rows[np.argsort(place[rows], kind="stable")]
