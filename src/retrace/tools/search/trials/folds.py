"""The rows that may choose a model, the training and validation parts, in folds or split afresh."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from retrace.core.checked_yaml import checked
from retrace.core.errors import DataError
from retrace.core.params import Split
from retrace.core.records import Dataset
from retrace.splitting.methods import split_rows
from retrace.splitting.units import connect, copies_stay_together

# Row positions in ascending order: those to fit on, and those to judge by.
Rows = tuple[NDArray[np.intp], NDArray[np.intp]]

# The folds of every search; a confirmation draws fresh splits.
SEED = 0


def join(training: Dataset, validation: Dataset) -> Dataset:
    """Put the rows of two parts together, those of the first before those of the second."""
    joined: dict[str, Any] = {}
    for field in dataclasses.fields(training):
        both = [getattr(part, field.name) for part in (training, validation)]
        if isinstance(both[0], pd.DataFrame):
            joined[field.name] = pd.concat(both, ignore_index=True)
        elif isinstance(both[0], np.ndarray):
            joined[field.name] = np.concatenate(both)
    return dataclasses.replace(training, **joined)


def fold_rows(dataset: Dataset, folds: int, split: Split) -> Iterator[Rows]:
    """Divide rows into two or more folds, as the split itself would.

    Exact duplicates and groups stay together where the split keeps them so. A split by time gives folds
    of which each is younger than what it is judged by.

    Raises
    ------
    DataError
        There are too few rows or groups for so many folds.
    """
    if split.method == "time" and dataset.times is not None:
        yield from _windows(dataset.times, folds, 1 / (folds + 1), 1, f"--folds {folds}: ask for fewer")
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
    splitter = StratifiedGroupKFold if dataset.task == "classification" else GroupKFold
    divided = splitter(folds, shuffle=True, random_state=SEED).split(units, dataset.y, units)
    for training, held_out in divided:
        yield np.sort(training), np.sort(held_out)


def _units(dataset: Dataset, split: Split) -> NDArray[np.int64]:
    """Give one number to what must stay together: groups, duplicates, and what both connect."""
    ties: list[Any] = [] if dataset.groups is None else [dataset.groups]
    if copies_stay_together(dataset, split):
        ties.append(dataset.row_hash)
    units = np.arange(len(dataset))
    for tie in ties:
        units = connect(units, pd.factorize(tie)[0])
    return units


def fresh_seeds(n: int, seed: int, used: set[int]) -> list[int]:
    """Draw n different seeds, none of them in ``used``; ``seed`` decides which."""
    generator = np.random.default_rng([seed, *b"confirmation"])
    seeds: dict[int, None] = {}
    while len(seeds) < n:
        drawn = int(generator.integers(2**32))
        if drawn not in used:
            seeds[drawn] = None
    return list(seeds)


def fresh_splits(dataset: Dataset, settings: Split, seeds: list[int], share: float) -> list[Rows]:
    """Divide rows into those to fit and those to judge by, once for each seed.

    Groups, where the data name them, and exact duplicates stay together. Rows that were split by time
    are judged by what is newer than all they were fitted on.

    Parameters
    ----------
    dataset : Dataset
        The rows of both parts.
    share : float
        Of the rows to judge by.

    Raises
    ------
    DataError
        There are too few rows, or groups, for such a split.
    """
    if settings.method == "time":
        n = len(seeds)
        return list(_windows(dataset.times, n, 1 / 2, share, f"{n} fresh splits by time"))
    parts = [split_rows(dataset, _in_three(dataset, seed, share)) for seed in seeds]
    return [(np.sort(np.concatenate([p["train"], p["test"]])), p["validation"]) for p in parts]


def _in_three(dataset: Dataset, seed: int, share: float) -> Split:
    """Ask `split_rows`, which makes three parts, for rows to fit on in two of them."""
    rest = (1 - share) / 2
    asked = {"seed": seed, "train": rest, "validation": share, "test": rest}
    method = "stratified" if dataset.groups is None else "group"
    return checked(Split, {**asked, "method": method, "duplicates_together": True}, "fresh splits")


def _windows(times: Any, n: int, since: float, share: float, what: str) -> Iterator[Rows]:
    """Judge by windows of the newer rows that share no row; only what is older is fitted on.

    They begin after a share ``since`` of the rows, and hold ``share`` of all, or as much as leaves room
    for all of them: windows that overlapped would judge by the same rows more than once.
    """
    rank = np.unique(times, return_inverse=True)[1]
    rows_until = np.cumsum(np.bincount(rank))
    ends = np.linspace(since * len(rank), len(rank), n + 1)[1:]
    size = min(share, (1 - since) / n) * len(rank)
    for end in ends:
        first = np.abs(rows_until - end + size).argmin()  # rows of one moment stay together
        last = np.abs(rows_until - end).argmin()
        if last <= first:
            raise DataError(f"{len(rows_until)} moments in time are too few for {what}")
        yield np.flatnonzero(rank <= first), np.flatnonzero((rank > first) & (rank <= last))
