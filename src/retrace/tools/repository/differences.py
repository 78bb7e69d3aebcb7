"""What differs between two runs: parameters, data, code, metrics and single rows."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrace.core.artifacts import ENVIRONMENT
from retrace.core.errors import ComparisonError
from retrace.evaluation.metrics import LOWER_IS_BETTER, METRICS, scores
from retrace.models.provenance import trained_on
from retrace.tools.repository.predictions import ID, TRUE, PredictedRows, read_rows
from retrace.tools.repository.sides import Side, output_path, predictions_path

ABSENT = "—"


@dataclass(frozen=True)
class Change:
    """A parameter or a file that differs; ``stages`` are those that read it."""

    name: str
    base: str
    other: str
    stages: tuple[str, ...] = ()


@dataclass(frozen=True)
class MetricRow:
    """One metric of one part on both sides; None where a side does not have it."""

    part: str
    name: str
    better: str
    base: float | None
    other: float | None
    difference: float | None


@dataclass(frozen=True)
class ChangedRow:
    """A row that one of the two models gets right, or closer, and its position in the test part."""

    position: int
    id: str
    true: str
    base: str
    other: str


@dataclass(frozen=True, kw_only=True)
class Differences:
    """The plain differences between two runs: nothing here is tested.

    Attributes
    ----------
    base : Side
        The run that the other is held against.
    params, data, code : list of Change
        What the two runs read.
    metrics : list of MetricRow
        Of both parts, the test part first.
    lost, gained : list of ChangedRow
        The test rows that got worse, and those that got better.
    """

    base: Side
    params: list[Change]
    data: list[Change]
    code: list[Change]
    metrics: list[MetricRow]
    lost: list[ChangedRow]
    gained: list[ChangedRow]


def differences(
    base: Side, other: Side, rows: tuple[PredictedRows, PredictedRows] | None = None
) -> Differences:
    """Tell two runs apart by what they read, what they scored and, given rows, what they predict."""
    lost, gained = changed_rows(*rows) if rows else ([], [])
    return Differences(
        base=base,
        params=param_changes(base, other),
        data=data_changes(base, other),
        code=code_changes(base, other),
        metrics=metric_rows(base, other),
        lost=lost,
        gained=gained,
    )


def param_changes(base: Side, other: Side) -> list[Change]:
    """Compare the parameters that the two runs really read, as their dvc.lock has them."""
    before, now = base.used, other.used
    return [
        Change(name, _shown(before, name), _shown(now, name))
        for name in dict.fromkeys([*before, *now])
        if _shown(before, name) != _shown(now, name)
    ]


def without_other_models(params: Sequence[Change]) -> tuple[list[Change], list[Change]]:
    """Put aside the hyperparameters where the model is another: all of them are new, or gone."""
    other = any(change.name == "model" for change in params)
    rest = [change for change in params if other and change.name.startswith("models.")]
    return [change for change in params if change not in rest], rest


def data_changes(base: Side, other: Side) -> list[Change]:
    """Compare the data that the two runs read."""
    return [change for change in _source_changes(base, other) if change.name.startswith("data/")]


def code_changes(base: Side, other: Side) -> list[Change]:
    """Compare the code and the pinned requirements that the two runs used."""
    return [change for change in _source_changes(base, other) if not change.name.startswith("data/")]


def hardware_note(base: Side, other: Side) -> list[str]:
    """Say what the two models were trained on, if their records are here and that decides over bits."""
    paths = [output_path(side.lock, ENVIRONMENT) for side in (base, other)]
    if not all(paths):
        return []
    records = [json.loads(path.read_bytes())["hardware"] for path in paths if path]
    names = [trained_on(record) for record in records]
    if names[0] == names[1]:
        return []
    return [
        f"`{base.name}` was trained on {names[0]}, `{other.name}` on {names[1]}: the last bits may"
        " differ for that alone"
    ]


def metric_rows(base: Side, other: Side) -> list[MetricRow]:
    """Put the metrics of both sides beside each other, the test part first.

    One that a side's metrics.json lacks follows from its predictions, where these are there.
    """
    rows = []
    for part in ("test", "validation"):
        written = [side.metrics.get(part) or {} for side in (other, base)]
        names = [name for name in written[0] | written[1] if name != "n"]
        before, now = (_completed(side, part, names) for side in (base, other))
        rows += [_metric_row(part, name, before.get(name), now.get(name)) for name in names]
    return rows


def changed_rows(base: PredictedRows, other: PredictedRows) -> tuple[list[ChangedRow], list[ChangedRow]]:
    """Return the rows that got worse and those that got better, the surest, or the largest, first.

    Of a classification, rows that were right and are now wrong, and the reverse; of a regression, rows
    whose prediction is now further from the true value, and those where it is nearer.

    Parameters
    ----------
    base, other : PredictedRows
        The same rows in the same order.
    """
    if base.classes:
        right = [rows.predictions.predicted == rows.predictions.y for rows in (base, other)]
        lost, gained = right[0] & ~right[1], right[1] & ~right[0]
        size = other.predictions.probabilities.max(axis=1)
    else:
        before, after = (
            np.abs(rows.predictions.predicted - rows.predictions.y) for rows in (base, other)
        )
        lost, gained, size = after > before, after < before, np.abs(after - before)
    return _rows(base, other, lost, size), _rows(base, other, gained, size)


def _rows(
    base: PredictedRows, other: PredictedRows, chosen: NDArray[np.bool_], size: NDArray[np.float64]
) -> list[ChangedRow]:
    positions = np.flatnonzero(chosen)
    positions = positions[np.argsort(-size[positions], kind="stable")]
    ids, true = (base.keys[key].take(positions).to_pylist() for key in (ID, TRUE))
    said = [_labels(rows, positions) for rows in (base, other)]
    return [ChangedRow(*row) for row in zip(positions.tolist(), ids, true, *said, strict=True)]


def _labels(rows: PredictedRows, positions: NDArray[np.intp]) -> Iterable[str]:
    values = rows.predictions.predicted[positions].tolist()
    return [rows.classes[value] if rows.classes else f"{value:.6g}" for value in values]


def _source_changes(base: Side, other: Side) -> list[Change]:
    read: dict[str, dict[str, str]] = {}
    stages: dict[str, dict[str, None]] = {}
    for key, side in (("base", base), ("other", other)):
        for stage, deps in side.lock.sources.items():
            for path, md5 in deps.items():
                read.setdefault(path, {})[key] = md5[:8]
                stages.setdefault(path, {})[stage] = None
    return [
        Change(path, hashes.get("base", ABSENT), hashes.get("other", ABSENT), tuple(stages[path]))
        for path, hashes in sorted(read.items())
        if hashes.get("base") != hashes.get("other")
    ]


def _completed(side: Side, part: str, names: Sequence[str]) -> dict[str, float]:
    """Return a side's metrics of a part, and those of ``names`` that its predictions have as well."""
    written = side.metrics.get(part) or {}
    tasks = {METRICS[name].task for name in written if name in METRICS}
    lacking = [
        name for name in names if name not in written and name in METRICS and METRICS[name].task in tasks
    ]
    if not lacking:
        return written
    try:
        rows = read_rows(predictions_path(side), side.name, part)
    except ComparisonError:
        return written
    found = scores(rows.predictions, lacking)
    return written | {name: found[name] for name in lacking if np.isfinite(found[name])}


def _metric_row(part: str, name: str, base: float | None, other: float | None) -> MetricRow:
    better = "lower" if name in LOWER_IS_BETTER else "higher"
    return MetricRow(
        part, name, better, base, other, None if base is None or other is None else other - base
    )


def _shown(values: dict[str, Any], name: str) -> str:
    if name not in values:
        return ABSENT
    value = values[name]
    return value if isinstance(value, str) else json.dumps(value, default=str)
