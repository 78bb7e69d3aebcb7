"""Read report/predictions.csv, and find out whether two of them are of the same rows.

pyarrow reads and compares whole columns at once: a million rows take a second.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from retrace.core.artifacts import PREDICTION_COLUMNS, PROBABILITY, TIME
from retrace.core.errors import ComparisonError, first_few
from retrace.core.records import Predictions
from retrace.evaluation.units import RowUnits, row_units

PART, ID, GROUP, ROW_HASH, TRUE, PREDICTED = PREDICTION_COLUMNS

KEYS = (ROW_HASH, ID, TRUE)


@dataclass(frozen=True, kw_only=True)
class PredictedRows:
    """What a model said of each row of one part.

    Attributes
    ----------
    name : str
        Whose run it is, for messages.
    part : str
        ``"validation"`` or ``"test"``.
    keys : Table
        Text columns ``row_hash``, ``id`` and ``true``: what makes two rows the same.
    groups : array of shape (n_samples,) or None
        The unit that each row belongs to, where the dataset declares one.
    times : array of shape (n_samples,) or None
        Where the rows were split by time.
    classes : tuple of str
        Empty for a regression.
    predictions : Predictions
        Labels as codes of ``classes``, or as numbers.
    """

    name: str
    part: str
    keys: pa.Table
    groups: NDArray[np.int64] | None
    classes: tuple[str, ...]
    predictions: Predictions
    times: NDArray[Any] | None = None

    @cached_property
    def units(self) -> RowUnits:
        """What counts as one piece of evidence."""
        copies = pc.dictionary_encode(self.keys[ROW_HASH]).combine_chunks()
        return row_units(_numbers(copies.indices), self.groups, self.times)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.keys.num_rows

    def take(self, rows: NDArray[np.int64]) -> "PredictedRows":
        """Return the given row positions, in that order."""
        return replace(
            self,
            keys=self.keys.take(rows),
            groups=None if self.groups is None else self.groups[rows],
            times=None if self.times is None else self.times[rows],
            predictions=self.predictions.take(rows),
        )


def read_rows(path: Path, name: str, part: str = "test") -> PredictedRows:
    """Read one part of a predictions.csv.

    Parameters
    ----------
    path : Path
        In DVC's cache or in report/.
    name : str
        Whose run it is, for messages.
    part : str
        Such as ``"validation"``.

    Raises
    ------
    ComparisonError
        The file is damaged, or an older version wrote it.
    """
    try:
        header = _header(path)
        if not set(PREDICTION_COLUMNS) <= set(header):
            raise ComparisonError(
                f"the predictions of `{name}` were written by an older version, without a hash for each"
                " row: run `retrace repro` there and commit dvc.lock"
            )
        classes = tuple(
            column.removeprefix(PROBABILITY) for column in header if column.startswith(PROBABILITY)
        )
        table = _read(path, classes, TIME in header)
        table = table.filter(pc.equal(table[PART], part)).combine_chunks()
        predictions = _classes(table, classes) if classes else _values(table)
    except (ValueError, OSError, csv.Error) as error:  # pyarrow's own are of the first two kinds
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise ComparisonError(f"the predictions of `{name}` cannot be read ({first})") from error
    group = pc.dictionary_encode(table[GROUP]).combine_chunks()
    return PredictedRows(
        name=name,
        part=part,
        keys=table.select(KEYS).cast(pa.schema([(key, pa.string()) for key in KEYS])),
        groups=None if group.dictionary.to_pylist() in ([""], []) else _numbers(group.indices),
        classes=classes,
        predictions=predictions,
        times=_times(table[TIME]) if TIME in header else None,
    )


def check_classes(base: PredictedRows, other: PredictedRows) -> None:
    """Refuse to compare models of other classes: a ComparisonError names those that one alone has."""
    if base.classes == other.classes:
        return
    only = [
        f"only `{rows.name}` has {first_few([f'`{name}`' for name in extra])}"
        for rows, rest in ((base, other), (other, base))
        if (extra := [name for name in rows.classes if name not in rest.classes])
    ]
    raise ComparisonError(f"the classes differ: {'; '.join(only) or 'they have another order'}")


def align(base: PredictedRows, other: PredictedRows) -> PredictedRows:
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


def _by_hash(base: PredictedRows, other: PredictedRows) -> NDArray[np.int64] | None:
    """Find each row of the base by its hash alone: quick, and enough where no two rows are alike."""
    places = pc.index_in(base.keys[ROW_HASH], other.keys[ROW_HASH].combine_chunks())
    if len(base) != len(other) or places.null_count:
        return None
    positions = _numbers(places).astype(np.int64)
    return positions if np.bincount(positions).max() == 1 else None


def _by_sorting(base: PredictedRows, other: PredictedRows) -> NDArray[np.int64] | None:
    first, second = (_numbers(_sorted_by(rows, KEYS)) for rows in (base, other))
    if len(base) != len(other) or not base.keys.take(first).equals(other.keys.take(second)):
        return None
    positions = np.empty(len(base), dtype=np.int64)
    positions[first] = second
    return positions


def _sorted_by(rows: PredictedRows, keys: Iterable[str]) -> pa.Array:
    return pc.sort_indices(rows.keys, [(key, "ascending") for key in keys])


def _difference(base: PredictedRows, other: PredictedRows) -> str:
    shared = pc.sum(pc.is_in(other.keys[ROW_HASH], base.keys[ROW_HASH].combine_chunks())).as_py() or 0
    known = f"{shared} of the {len(other)} rows are among the {len(base)} of the base"
    rows = f"the {base.part} rows"
    if len(base) != len(other):
        return f"{rows} are not the same: {known}"
    if shared == len(other):
        return f"{rows} have the same contents, but other ids"
    first, second = (side.keys.take(_sorted_by(side, (ID,))) for side in (base, other))
    if first[ID].equals(second[ID]):
        labels = pc.sum(pc.not_equal(first[TRUE], second[TRUE])).as_py()
        return f"{rows} have the same ids, but other contents: {known}, {labels} have other labels"
    return f"{rows} are not the same: {known}"


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def _times(column: pa.ChunkedArray) -> NDArray[Any]:
    try:  # all else, such as dates of ISO 8601, is ordered as text
        return _numbers(pc.cast(column, pa.float64()))
    except pa.ArrowInvalid:
        return _numbers(pc.rank(column.combine_chunks(), tiebreaker="dense"))


def _read(path: Path, classes: tuple[str, ...], has_times: bool) -> pa.Table:
    text, number = pa.string(), pa.float64()
    label = pa.dictionary(pa.int32(), text) if classes else text
    texts = (PART, ID, GROUP, ROW_HASH, *([TIME] if has_times else []))
    types: dict[str, Any] = dict.fromkeys(texts, text)
    types |= {TRUE: label, PREDICTED: label} | {f"{PROBABILITY}{name}": number for name in classes}
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
        probabilities[:, code] = _numbers(table[f"{PROBABILITY}{name}"])
    codes = [pc.index_in(table[column], pa.array(classes)) for column in (TRUE, PREDICTED)]
    if any(column.null_count for column in codes):
        raise ValueError("it names a class that has no column")
    y, predicted = (_numbers(column).astype(np.int64) for column in codes)
    return Predictions(y=y, predicted=predicted, probabilities=_finite(probabilities))


def _values(table: pa.Table) -> Predictions:
    number = pa.float64()
    y, predicted = (_finite(_numbers(pc.cast(table[column], number))) for column in (TRUE, PREDICTED))
    return Predictions(y=y, predicted=predicted, probabilities=np.empty((len(y), 0)))


def _finite(numbers: NDArray[Any]) -> NDArray[Any]:
    if np.isfinite(numbers).all():
        return numbers
    raise ValueError("a number is missing or infinite")


def _numbers(column: pa.ChunkedArray | pa.Array) -> NDArray[Any]:
    return np.asarray(column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column)
