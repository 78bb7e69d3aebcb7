"""Two runs in, the verdict and what differs out."""

from collections.abc import Iterator
from dataclasses import dataclass

from retrace.tools.repository.differences import (
    ChangedRow,
    Differences,
    changed_rows,
    differences,
    hardware_note,
)
from retrace.tools.repository.sides import Side
from retrace.tools.significance.judging import Judgement, judge


@dataclass(frozen=True, kw_only=True)
class RunComparison:
    """All that is said of two runs.

    Attributes
    ----------
    judgement : Judgement
        What ``other`` is, held against ``base``.
    differs : Differences
        In what they were made from, and in their metrics.
    lost, gained : list of ChangedRow
        The test rows that got worse, and those that got better.
    notes : tuple of str
        What a reader should know before trusting the verdict.
    """

    base: Side
    other: Side
    judgement: Judgement
    differs: Differences
    lost: list[ChangedRow]
    gained: list[ChangedRow]
    notes: tuple[str, ...]


def compare_runs(
    base: Side,
    other: Side,
    *,
    metric: str | None = None,
    tolerance: float | None = None,
    use_seeds: bool = True,
    part: str = "test",
) -> RunComparison:
    """Hold one run against another: is it better, and what differs; see `judge` for the parameters."""
    judgement = judge(base, other, metric=metric, tolerance=tolerance, use_seeds=use_seeds, part=part)
    lost, gained = changed_rows(*judgement.rows) if judgement.rows else ([], [])
    return RunComparison(
        base=base,
        other=other,
        judgement=judgement,
        differs=differences(base, other),
        lost=lost,
        gained=gained,
        notes=(*_notes(base, other), *judgement.notes),
    )


def _notes(base: Side, other: Side) -> Iterator[str]:
    if base.lock.stages and base.lock == other.lock:
        yield "both sides are the same run: their dvc.lock is the same"
    yield from (*base.notes, *other.notes, *hardware_note(base, other))
