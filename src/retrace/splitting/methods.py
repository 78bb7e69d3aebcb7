"""Ids and labels in, three parts out: which rows train, which choose, which judge."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from retrace.core.errors import DataError, first_few
from retrace.core.params import Split
from retrace.core.records import PARTS, Dataset
from retrace.splitting.units import (
    Labels,
    connect,
    copies_stay_together,
    fill,
    fill_by_class,
    near_shares,
    to_part_copies,
)

TRAIN, VALIDATION, TEST = range(3)

ROWS_PER_BIN = 20  # of a regression's targets, so that each part can have some


def split_rows(dataset: Dataset, settings: Split) -> dict[str, NDArray[np.intp]]:
    """Choose the rows of each part.

    Exact duplicates of a row (equal `row_hash`) stay in one part unless ``dataset.duplicates`` or, where
    that is None, ``settings.duplicates_together`` says otherwise.

    Parameters
    ----------
    dataset : Dataset
        All rows, cleaned.
    settings : Split
        Its ``method`` says how rows are dealt out:

        - ``stratified``: random, with the share of each class kept; of a regression, the share of
          each tenth of the targets.
        - ``group``: random, no group in two parts.
        - ``time``: the newest rows are the test part, the next newest the validation part; rows of
          one time stay together.
        - ``hash``: a row's part follows from its id, so that rows added later never move old ones.
        - ``fixed``: the dataset says; a validation part that it leaves open is drawn, stratified, from
          its training part.

    Returns
    -------
    dict of str to int array
        Row positions in ascending order, under ``"train"``, ``"validation"`` and ``"test"``.

    Raises
    ------
    DataError
        The dataset lacks what the method needs, or has too few rows for the asked split.
    """
    part = METHODS[settings.method](dataset, _units(dataset, settings), settings)
    rows = {name: np.flatnonzero(part == code) for code, name in enumerate(PARTS)}
    _check_parts(dataset, rows, settings)
    return rows


def _units(dataset: Dataset, settings: Split) -> Labels:
    """Give one number to what must stay together: duplicates, groups, and what both connect."""
    ties: list[NDArray[Any]] = [dataset.row_hash] if copies_stay_together(dataset, settings) else []
    if settings.method == "group":
        ties.append(_declared(dataset, "groups", "group"))
    units = np.arange(len(dataset))
    for tie in ties:
        units = connect(units, pd.factorize(tie)[0])
    return units


def _stratified(dataset: Dataset, units: Labels, settings: Split) -> Labels:
    _, first_row, unit_of_row = np.unique(units, return_index=True, return_inverse=True)
    classes = _strata(dataset, first_row)
    counts = np.bincount(classes, minlength=len(dataset.classes))
    if (counts < len(PARTS)).any():
        raise _too_few(dataset, np.flatnonzero(counts < len(PARTS)), settings)
    _, n_validation, n_test = _sizes(len(first_row), settings)
    part = np.full(len(first_row), TRAIN)
    rest = np.arange(len(first_row))
    for code, size in ((TEST, n_test), (VALIDATION, n_validation)):
        rest, chosen = _draw(rest, size, classes[rest], dataset, settings)
        part[chosen] = code
    sizes = np.bincount(unit_of_row)
    if sizes.max() > 1 and not near_shares(part, sizes, classes, settings):
        part = fill_by_class(sizes, classes, settings)
    return part[unit_of_row]


def _strata(dataset: Dataset, rows: Labels) -> Labels:
    """Return the class of each row; of a regression, which tenth of the targets it is in."""
    if dataset.task == "classification":
        return dataset.y[rows]
    n_bins = max(1, min(10, len(rows) // ROWS_PER_BIN))
    ranks = pd.Series(dataset.y[rows]).rank(method="first").to_numpy() - 1
    return (ranks * n_bins // len(rows)).astype(np.int64)


def _draw(
    rows: Labels, size: int, classes: Labels, dataset: Dataset, settings: Split
) -> tuple[Labels, Labels]:
    counts = np.bincount(classes, minlength=len(dataset.classes))
    if min(size, len(rows) - size) < len(counts) or counts.min() < 2:
        raise _too_few(dataset, np.flatnonzero(counts == counts.min()), settings)
    rest, chosen = train_test_split(rows, test_size=size, stratify=classes, random_state=settings.seed)
    return rest, chosen


def _grouped(dataset: Dataset, units: Labels, settings: Split) -> Labels:
    sizes = np.bincount(units)
    if len(sizes) < len(PARTS):
        n_groups = len(pd.unique(_declared(dataset, "groups", "group")))
        chained = n_groups >= len(PARTS)
        why = f" tied together by exact duplicates: {len(sizes)} units" if chained else ""
        remedy = to_part_copies(dataset) if chained else "use another method or a finer group"
        raise DataError(f"split.method group: {n_groups} groups{why} cannot fill three parts; {remedy}")
    return fill(sizes, settings, np.random.default_rng(settings.seed))[units]


def _by_time(dataset: Dataset, units: Labels, settings: Split) -> Labels:
    _, rank = np.unique(_declared(dataset, "times", "time"), return_inverse=True)
    rows_until = np.cumsum(np.bincount(rank))
    n_train, n_validation, _ = _sizes(len(rank), settings)
    # Rows of one moment stay together, so a cut falls on the nearest change of time.
    train_end = np.abs(rows_until - n_train).argmin()
    validation_end = np.abs(rows_until - n_train - n_validation).argmin()
    return np.where(rank <= train_end, TRAIN, np.where(rank <= validation_end, VALIDATION, TEST))


def _by_hash(dataset: Dataset, units: Labels, settings: Split) -> Labels:
    if dataset.ids_are_positions:
        raise DataError(
            f"split.method hash needs a column named as `id:` in data/{dataset.name}.yaml: positions"
            " change when rows are added"
        )
    # A unit goes where its first row in the file goes: duplicates appended later follow it.
    _, first_row, unit_of_row = np.unique(units, return_index=True, return_inverse=True)
    ids = dataset.ids[first_row].astype(str).astype(object)
    position = pd.util.hash_array(ids, hash_key=f"{settings.seed:016d}") / 2.0**64
    ends = [settings.train, settings.train + settings.validation]
    return np.searchsorted(ends, position, side="right")[unit_of_row]


def _fixed(dataset: Dataset, units: Labels, settings: Split) -> Labels:
    part = pd.Categorical(_declared(dataset, "fixed_part", "part"), categories=PARTS).codes
    spread = pd.Series(part).groupby(units).transform("nunique").to_numpy() > 1
    if spread.any():
        raise DataError(
            f"data/{dataset.name}: {spread.sum()} rows are exact duplicates across the fixed parts"
            f" (first: id {dataset.ids[spread][0]}): leave all but the first out (`duplicates: drop` in"
            f" data/{dataset.name}.yaml), or {to_part_copies(dataset)}"
        )
    part = part.astype(np.int64)
    return part if (part == VALIDATION).any() else _drawn_from_training(part, dataset, units, settings)


def _drawn_from_training(part: Labels, dataset: Dataset, units: Labels, settings: Split) -> Labels:
    """Draw the validation part, which the dataset leaves open, with the share of each class kept."""
    training = np.flatnonzero(part == TRAIN)
    if dataset.groups is not None:
        units = connect(units, pd.factorize(dataset.groups)[0])
    _, first_row, unit_of_row = np.unique(units[training], return_index=True, return_inverse=True)
    size = round(len(first_row) * settings.validation / (settings.train + settings.validation))
    classes = _strata(dataset, training[first_row])
    _, chosen = _draw(np.arange(len(first_row)), size, classes, dataset, settings)
    completed = part.copy()
    completed[training[np.isin(unit_of_row, chosen)]] = VALIDATION
    return completed


METHODS: dict[str, Callable[[Dataset, Labels, Split], Labels]] = {
    "stratified": _stratified,
    "group": _grouped,
    "time": _by_time,
    "hash": _by_hash,
    "fixed": _fixed,
}


def _declared(dataset: Dataset, field: str, key: str) -> NDArray[np.generic]:
    values = getattr(dataset, field)
    if values is None:
        method = {"part": "fixed"}.get(key, key)
        raise DataError(
            f"split.method {method} needs a column named as `{key}:` in data/{dataset.name}.yaml,"
            " which names none: add it or use another split.method"
        )
    return values


def _sizes(n_rows: int, settings: Split) -> tuple[int, int, int]:
    n_validation, n_test = round(n_rows * settings.validation), round(n_rows * settings.test)
    return n_rows - n_validation - n_test, n_validation, n_test


def _too_few(dataset: Dataset, codes: Labels, settings: Split) -> DataError:
    shares = f"{settings.train}, {settings.validation} and {settings.test}"
    if dataset.task == "regression":
        return DataError(
            f"{len(dataset)} rows are too few for parts of {shares}: add rows, or make the smallest part"
            " larger"
        )
    rows = [np.flatnonzero(dataset.y == code) for code in codes]
    counts = [f"'{dataset.classes[c]}' has {_rows(len(r))}" for c, r in zip(codes, rows, strict=True)]
    copies = copies_stay_together(dataset, settings) and any(
        len(np.unique(dataset.row_hash[each])) < len(PARTS) <= len(each) for each in rows
    )
    remedy = f"{to_part_copies(dataset)}, " if copies else ""
    fewest = max(len(each) for each in rows) + 1
    why = " (copies of one row count once)" if copies else ""
    return DataError(
        f"class {first_few(counts, 10)}, too few for parts of {shares}{why}: {remedy}add rows, make the"
        f" smallest part larger, or leave such classes out: `rare_classes: {{fewer_than: {fewest}}}` in"
        f" data/{dataset.name}.yaml"
    )


def _rows(count: int) -> str:
    return f"{count} row{'s' if count != 1 else ''}"


def _check_parts(dataset: Dataset, rows: dict[str, NDArray[np.intp]], settings: Split) -> None:
    for name, chosen in rows.items():
        if not chosen.size:
            raise DataError(
                f"split.method {settings.method} leaves the {name} part without rows:"
                f" change split.{name} or the method"
            )
        if dataset.task == "regression":
            continue
        absent = np.setdiff1d(np.arange(len(dataset.classes)), dataset.y[chosen])
        if absent.size and (settings.method == "stratified" or name == "train"):
            count = np.count_nonzero(dataset.y == absent[0])
            raise DataError(
                f"class '{dataset.classes[absent[0]]}' has {count} rows and none of them in the"
                f" {name} part: add rows of it, drop the class, or change the split"
            )
