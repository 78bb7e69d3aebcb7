"""Read report/predictions.csv, and find out whether two of them are of the same rows.

pyarrow reads and compares whole columns at once: a million rows take a second.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from retrace.core.errors import ComparisonError
from retrace.core.records import Predictions

KEYS = ("row_hash", "id", "true")


@dataclass(frozen=True, kw_only=True)
class TestRows:
    """What a model said of each row of the test part.

    Attributes
    ----------
    keys : Table
        Text columns ``row_hash``, ``id`` and ``true``: what makes two rows the same.
    groups : array of shape (n_samples,) or None
        The unit that each row belongs to, where the dataset declares one.
    classes : tuple of str
        Empty for a regression.
    predictions : Predictions
    """

    keys: pa.Table
    groups: NDArray[np.int64] | None
    classes: tuple[str, ...]
    predictions: Predictions

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.keys.num_rows

    def take(self, rows: NDArray[np.int64]) -> "TestRows":
        """Return the given row positions, in that order."""
        return TestRows(
            keys=self.keys.take(rows),
            groups=None if self.groups is None else self.groups[rows],
            classes=self.classes,
            predictions=Predictions(
                y=self.predictions.y[rows],
                predicted=self.predictions.predicted[rows],
                probabilities=self.predictions.probabilities[rows],
            ),
        )


def read_test_rows(path: Path, name: str) -> TestRows:
    """Read the test part of a predictions.csv.

    Parameters
    ----------
    path : Path
    name : str
        Of the side, for messages.

    Raises
    ------
    ComparisonError
        The file is damaged, or an older version wrote it.
    """
    try:
        header = _header(path)
        if not {"part", "id", "group", "row_hash", "true", "predicted"} <= set(header):
            raise ComparisonError(
                f"the predictions of `{name}` were written by an older version, without a hash for each"
                " row: run `retrace repro` there and commit dvc.lock"
            )
        classes = tuple(column[2:] for column in header if column.startswith("p_"))
        table = _read(path, classes)
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0]
        raise ComparisonError(f"the predictions of `{name}` cannot be read ({first})") from error
    table = table.filter(pc.equal(table["part"], "test")).combine_chunks()
    group = pc.dictionary_encode(table["group"]).combine_chunks()
    return TestRows(
        keys=table.select(KEYS).cast(pa.schema([(key, pa.string()) for key in KEYS])),
        groups=None if group.dictionary.to_pylist() in ([""], []) else _numbers(group.indices),
        classes=classes,
        predictions=_classes(table, classes) if classes else _values(table),
    )


def align(base: TestRows, other: TestRows) -> TestRows:
    """Return ``other`` in the order of ``base``.

    Raises
    ------
    ComparisonError
        They are not the same rows with the same labels; the message counts what they share.
    """
    if base.keys.equals(other.keys):
        return other
    positions = _by_hash(base, other)
    if positions is None or not base.keys.equals(other.keys.take(positions)):
        positions = _by_sorting(base, other)
    if positions is None:
        raise ComparisonError(_difference(base, other))
    return other.take(positions)


def _by_hash(base: TestRows, other: TestRows) -> NDArray[np.int64] | None:
    """Find each row of the base by its hash alone: quick, and enough where no two rows are alike."""
    found = pc.index_in(base.keys["row_hash"], other.keys["row_hash"].combine_chunks())
    if len(base) != len(other) or found.null_count:
        return None
    positions = _numbers(found).astype(np.int64)
    return positions if np.bincount(positions).max() == 1 else None


def _by_sorting(base: TestRows, other: TestRows) -> NDArray[np.int64] | None:
    first, second = (_numbers(_sorted_by(rows, KEYS)) for rows in (base, other))
    if len(base) != len(other) or not base.keys.take(first).equals(other.keys.take(second)):
        return None
    positions = np.empty(len(base), dtype=np.int64)
    positions[first] = second
    return positions


def _sorted_by(rows: TestRows, keys: Iterable[str]) -> pa.Array:
    return pc.sort_indices(rows.keys, [(key, "ascending") for key in keys])


def _difference(base: TestRows, other: TestRows) -> str:
    shared = (
        pc.sum(pc.is_in(other.keys["row_hash"], base.keys["row_hash"].combine_chunks())).as_py() or 0
    )
    found = f"{shared} of the {len(other)} rows are among the {len(base)} of the base"
    if len(base) != len(other):
        return f"the test rows are not the same: {found}"
    if shared == len(other):
        return "the test rows have the same contents, but other ids"
    first, second = (rows.keys.take(_sorted_by(rows, ("id",))) for rows in (base, other))
    if first["id"].equals(second["id"]):
        labels = pc.sum(pc.not_equal(first["true"], second["true"])).as_py()
        return (
            f"the test rows have the same ids, but other contents: {found}, {labels} have other labels"
        )
    return f"the test rows are not the same: {found}"


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def _read(path: Path, classes: tuple[str, ...]) -> pa.Table:
    text, number = pa.string(), pa.float64()
    label = pa.dictionary(pa.int32(), text) if classes else text
    types: dict[str, Any] = dict.fromkeys(("part", "id", "group", "row_hash"), text)
    types |= {"true": label, "predicted": label} | {f"p_{name}": number for name in classes}
    return pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types, include_columns=list(types), strings_can_be_null=False
        ),
    )


def _classes(table: pa.Table, classes: tuple[str, ...]) -> Predictions:
    probabilities = np.empty((table.num_rows, len(classes)))
    for code, name in enumerate(classes):
        probabilities[:, code] = _numbers(table[f"p_{name}"])
    codes = (_numbers(pc.index_in(table[column], pa.array(classes))) for column in ("true", "predicted"))
    y, predicted = (column.astype(np.int64) for column in codes)
    return Predictions(y=y, predicted=predicted, probabilities=probabilities)


def _values(table: pa.Table) -> Predictions:
    y, predicted = (_numbers(pc.cast(table[column], pa.float64())) for column in ("true", "predicted"))
    return Predictions(y=y, predicted=predicted, probabilities=np.empty((len(y), 0)))


def _numbers(column: pa.ChunkedArray | pa.Array) -> NDArray[Any]:
    return np.asarray(column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column)
