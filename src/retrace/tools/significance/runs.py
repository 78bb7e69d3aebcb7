"""Two runs in, the verdict and what differs out."""

from collections.abc import Iterator
from dataclasses import dataclass

from retrace.tools.repository.differences import Differences, differences, hardware_note
from retrace.tools.repository.sides import Side
from retrace.tools.significance.judging import Judgement, judge
from retrace.tools.significance.looks import Account
from retrace.tools.significance.verdicts import ALPHA


@dataclass(frozen=True, kw_only=True)
class RunComparison:
    """All that is said of two runs.

    Attributes
    ----------
    judgement : Judgement
        What ``other`` is, held against ``base``.
    differs : Differences
        In what they were made from, in their metrics and in single rows.
    notes : tuple of str
        What a reader should know before trusting the verdict.
    account : Account or None
        What it cost, of a comparison that counts as a look at the test part.
    """

    base: Side
    other: Side
    judgement: Judgement
    differs: Differences
    notes: tuple[str, ...]
    account: Account | None = None


def compare_runs(
    base: Side,
    other: Side,
    *,
    metric: str | None = None,
    tolerance: float | None = None,
    use_seeds: bool = True,
    part: str = "test",
    alpha: float = ALPHA,
) -> RunComparison:
    """Hold one run against another: is it better, and what differs; see `judge` for the parameters."""
    judgement = judge(
        base,
        other,
        metric=metric,
        tolerance=tolerance,
        use_seeds=use_seeds,
        part=part,
        alpha=alpha,
    )
    return RunComparison(
        base=base,
        other=other,
        judgement=judgement,
        differs=differences(base, other, judgement.rows),
        notes=(*_notes(base, other), *judgement.notes),
    )


def _notes(base: Side, other: Side) -> Iterator[str]:
    if base.lock.stages and base.lock == other.lock:
        yield "both sides are the same run: their dvc.lock is the same"
    yield from (*base.notes, *other.notes, *hardware_note(base, other))
