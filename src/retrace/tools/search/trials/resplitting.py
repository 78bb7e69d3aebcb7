"""The training and validation rows divided anew: fresh splits, on which no search has looked."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.checked_yaml import checked
from retrace.core.errors import DataError
from retrace.core.params import Split
from retrace.core.records import Dataset
from retrace.splitting.methods import split_rows

Rows = NDArray[np.intp]

SEEDS = 2**32


def fresh_seeds(n: int, seed: int, used: set[int]) -> list[int]:
    """Draw n different seeds, none of them in ``used``; ``seed`` decides which."""
    generator = np.random.default_rng([seed, *b"confirmation"])
    found: dict[int, None] = {}
    while len(found) < n:
        drawn = int(generator.integers(SEEDS))
        if drawn not in used:
            found[drawn] = None
    return list(found)


def fresh_splits(
    dataset: Dataset, settings: Split, seeds: list[int], share: float
) -> list[tuple[Rows, Rows]]:
    """Divide rows into those to fit and those to judge by, once for each seed.

    Groups, where the data name them, and exact duplicates stay together. Rows that were split by time
    are judged by what is newer than all they were fitted on.

    Parameters
    ----------
    dataset : Dataset
        The rows of both parts.
    settings : Split
        How the pipeline splits.
    seeds : list of int
    share : float
        Of the rows to judge by.

    Returns
    -------
    list of (int array, int array)
        Row positions to fit on, and those to judge by.

    Raises
    ------
    DataError
        There are too few rows, or groups, for such a split.
    """
    if settings.method == "time":
        return _windows(dataset, len(seeds), share)
    parts = [split_rows(dataset, _in_three(dataset, seed, share)) for seed in seeds]
    return [(np.sort(np.concatenate([p["train"], p["test"]])), p["validation"]) for p in parts]


def _in_three(dataset: Dataset, seed: int, share: float) -> Split:
    """Ask `split_rows`, which makes three parts, for rows to fit on in two of them."""
    rest = (1 - share) / 2
    asked = {"seed": seed, "train": rest, "validation": share, "test": rest}
    method = "stratified" if dataset.groups is None else "group"
    return checked(Split, {**asked, "method": method, "duplicates_together": True}, "fresh splits")


def _windows(dataset: Dataset, n: int, share: float) -> list[tuple[Rows, Rows]]:
    """Let a window of the asked share slide to the newest rows; only what is older is fitted on."""
    times = pd.Series(dataset.times)
    rank = times.rank(method="dense").to_numpy().astype(np.int64) - 1
    rows_until = np.cumsum(np.bincount(rank))
    size = share * len(rank)
    # The first window begins halfway, or where it must for the last one to end with the rows.
    starts = np.linspace(min(0.5, 1 - share) * len(rank), len(rank) - size, n)
    found = []
    for start in starts:
        first = np.abs(rows_until - start).argmin()  # rows of one moment stay together
        last = np.abs(rows_until - start - size).argmin()
        if last <= first:
            raise DataError(
                f"{len(rows_until)} moments in time are too few for {n} fresh splits by time"
            )
        found.append((np.flatnonzero(rank <= first), np.flatnonzero((rank > first) & (rank <= last))))
    return found
