"""Cross-validation over the rows that may choose a model: the training and the validation part."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold

from retrace.core.errors import DataError
from retrace.core.params import Split
from retrace.core.records import Dataset

# The folds of every search; `retrace.tools.search.confirmation` draws others.
SEED = 0


def join(training: Dataset, validation: Dataset) -> Dataset:
    """Put the rows of two parts together, those of the first before those of the second."""
    joined: dict[str, Any] = {
        field.name: _joined(value, getattr(validation, field.name))
        for field in dataclasses.fields(training)
        if isinstance(value := getattr(training, field.name), np.ndarray | pd.DataFrame)
    }
    return dataclasses.replace(training, **joined)


def fold_rows(
    dataset: Dataset, folds: int, split: Split, seed: int = SEED
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Divide rows into folds, as the split itself would.

    Exact duplicates and groups stay together where the split keeps them so. A split by time gives folds
    of which each is younger than what it is judged by.

    Parameters
    ----------
    dataset : Dataset
        From `join`.
    folds : int
        At least 2.
    split : Split
    seed : int
        Another one gives other folds.

    Yields
    ------
    training, held_out : int array
        Row positions in ascending order.

    Raises
    ------
    DataError
        There are too few rows or groups for so many folds.
    """
    if split.method == "time" and dataset.times is not None:
        yield from _by_time(dataset.times, folds)
        return
    units = _units(dataset, split)
    n_units = len(np.unique(units))
    smallest = n_units
    if dataset.task == "classification":
        smallest = min(smallest, int(np.bincount(dataset.y, minlength=len(dataset.classes)).min()))
    if smallest < folds:
        raise DataError(
            f"--folds: got {folds}, but the smallest class (or the number of groups) has {smallest}:"
            " ask for fewer folds"
        )
    together = None if n_units == len(dataset) and dataset.task == "regression" else units
    for training, held_out in _splitter(dataset, folds, seed, n_units).split(units, dataset.y, together):
        yield np.sort(training), np.sort(held_out)


def _splitter(dataset: Dataset, folds: int, seed: int, n_units: int) -> StratifiedGroupKFold | KFold:
    if dataset.task == "classification":
        return StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    if n_units == len(dataset):
        return KFold(folds, shuffle=True, random_state=seed)
    return GroupKFold(folds, shuffle=True, random_state=seed)


def _units(dataset: Dataset, split: Split) -> NDArray[np.int64]:
    """Give one number to what must stay together: groups, duplicates, and what both connect."""
    ties = [] if dataset.groups is None else [pd.factorize(dataset.groups)[0]]
    if split.duplicates_together:
        ties.append(pd.factorize(dataset.row_hash)[0])
    units, before = np.arange(len(dataset)), None
    while before is None or (units != before).any():
        before = units
        for tie in ties:
            units = pd.Series(units).groupby(tie).transform("min").to_numpy()
    return units


def _by_time(
    times: NDArray[np.generic], folds: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    moments, rank = np.unique(times, return_inverse=True)
    if len(moments) <= folds:
        raise DataError(
            f"--folds: got {folds}, but the rows have {len(moments)} moments: ask for fewer folds"
        )
    ends = np.quantile(rank, np.linspace(0, 1, folds + 2)[1:-1], method="nearest")
    for low, high in zip(ends, [*ends[1:], rank.max()], strict=True):
        yield np.flatnonzero(rank <= low), np.flatnonzero((rank > low) & (rank <= high))


def _joined(
    first: pd.DataFrame | NDArray[np.generic], second: pd.DataFrame | NDArray[np.generic]
) -> pd.DataFrame | NDArray[np.generic]:
    if isinstance(first, pd.DataFrame):
        return pd.concat([first, second], ignore_index=True)
    return np.concatenate([first, second])
