"""What a user should know of a split that is allowed, but hardly meant."""

import numpy as np
from numpy.typing import NDArray

from retrace.core.errors import first_few
from retrace.core.params import Split
from retrace.core.records import Dataset
from retrace.splitting.units import copies_stay_together, to_part_copies

FAR = 0.05  # of all rows: so far from its share is a part worth a word
FEW_DISTINCT = 0.05  # of all rows


def split_warnings(dataset: Dataset, settings: Split, parts: dict[str, NDArray[np.intp]]) -> list[str]:
    """Say what is odd about the parts.

    Parameters
    ----------
    dataset : Dataset
        Before it is split.
    settings : Split
        The method and the shares that were asked for.
    parts : dict of str to int array
        Row positions of ``"train"``, ``"validation"`` and ``"test"``.
    """
    return [
        *_ignored_columns(dataset, settings),
        *_far_from_shares(dataset, settings, parts),
        *_absent_classes(dataset, parts),
    ]


def _ignored_columns(dataset: Dataset, settings: Split) -> list[str]:
    warnings = []
    if dataset.groups is not None and settings.method not in {"group", "fixed"}:
        warnings.append(
            f"data/{dataset.name}.yaml names a group, but split.method is {settings.method}: rows of one"
            " group land in several parts; set split.method: group"
        )
    if dataset.fixed_part is not None and settings.method != "fixed":
        warnings.append(
            f"data/{dataset.name} fixes its parts, but split.method is {settings.method}: scores cannot"
            " be compared with those of others; set split.method: fixed"
        )
    return warnings


def _far_from_shares(dataset: Dataset, settings: Split, parts: dict[str, NDArray[np.intp]]) -> list[str]:
    if settings.method == "fixed":
        return []
    asked = {part: getattr(settings, part) for part in parts}
    got = {part: len(rows) / len(dataset) for part, rows in parts.items()}
    if max(abs(got[part] - asked[part]) for part in parts) < FAR:
        return _few_distinct(dataset, settings)
    shares = "/".join(f"{share:.0%}" for share in got.values())
    wanted = "/".join(f"{share:.0%}" for share in asked.values())
    return [f"The parts are {shares} of the rows, asked were {wanted}{_why(dataset, settings)}"]


def _few_distinct(dataset: Dataset, settings: Split) -> list[str]:
    n_distinct = len(np.unique(dataset.row_hash))
    if not copies_stay_together(dataset, settings) or n_distinct > FEW_DISTINCT * len(dataset):
        return []
    return [
        f"Only {n_distinct:,} of {len(dataset):,} rows are distinct, and copies stay in one part: each"
        f" part holds rows of other kinds than the others; {to_part_copies(dataset)} if copies are"
        " different samples that happen to be equal"
    ]


def _why(dataset: Dataset, settings: Split) -> str:
    values, first, copies = np.unique(dataset.row_hash, return_index=True, return_counts=True)
    n_copies = len(dataset) - len(values)
    if copies_stay_together(dataset, settings) and n_copies:
        most = int(copies.argmax())
        return (
            f": exact duplicates stay in one part, and {n_copies:,} of {len(dataset):,} rows are copies"
            f" of others (the row of id {dataset.ids[first[most]]} occurs {copies[most]:,} times);"
            f" {to_part_copies(dataset)} if they are samples of their own, or `duplicates: drop` leaves"
            " them out"
        )
    if settings.method == "group":
        return ": no group is cut, and some are large; a finer group would help"
    if settings.method == "time":
        return ": rows of one time stay together, and many have one; a finer time would help"
    return ""


def _absent_classes(dataset: Dataset, parts: dict[str, NDArray[np.intp]]) -> list[str]:
    """Name the classes that a part lacks: what is not tested is not known."""
    warnings: list[str] = []
    if dataset.task == "regression":
        return warnings
    for part, rows in parts.items():
        counts = np.bincount(dataset.y[rows], minlength=len(dataset.classes))
        absent = [repr(name) for name, n in zip(dataset.classes, counts, strict=True) if not n]
        if absent:
            warnings.append(
                f"The {part} part has no row of {len(absent)} of {len(dataset.classes)} classes:"
                f" {first_few(absent, 10)}; its score says nothing of them, and training learns them for"
                " nothing"
            )
    return warnings
