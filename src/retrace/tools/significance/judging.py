"""The verdict on two runs: over several seeds where both sides have them, else on the same test rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from retrace.core.artifacts import PREDICTIONS
from retrace.core.errors import ComparisonError, did_you_mean, first_few
from retrace.evaluation.metrics import METRICS, known_metrics
from retrace.evaluation.serial import Memory
from retrace.tools.repository.data_differences import data_differences
from retrace.tools.repository.differences import param_changes
from retrace.tools.repository.predictions import PredictedRows, align, check_classes, read_rows
from retrace.tools.repository.sides import Side, predictions_path
from retrace.tools.significance import (
    ClassComparison,
    Comparison,
    Verdict,
    compare_classes,
    compare_rows,
)
from retrace.tools.significance.over_seeds import OverSeeds, over_seeds
from retrace.tools.significance.repeats import MIN_REPEATS
from retrace.tools.significance.serial import memory_notes, shared_memory
from retrace.tools.significance.verdicts import ALPHA

Rows = tuple[PredictedRows, PredictedRows]


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict, and what it was reached with.

    Attributes
    ----------
    metric : str or None
        The metric that was to be tested.
    verdict : Verdict
        What the second run is.
    reason : str
        Empty where the verdict needs none.
    comparison : Comparison or None
        None where nothing could be tested.
    over_seeds : OverSeeds or None
        The seeds that the verdict rests on; None for one run each.
    classes : tuple of ClassComparison
        How the recall of each class differs; of a classification on the same rows.
    rows : pair of PredictedRows, or None
        The test rows of both sides, in the same order.
    notes : tuple of str
        What a reader should know before trusting the verdict.
    part : str
        Whose rows were judged.
    """

    metric: str | None
    verdict: Verdict
    reason: str = ""
    comparison: Comparison | None = None
    over_seeds: OverSeeds | None = None
    classes: tuple[ClassComparison, ...] = ()
    rows: Rows | None = None
    notes: tuple[str, ...] = ()
    part: str = "test"


def judge(
    base: Side,
    other: Side,
    *,
    metric: str | None = None,
    tolerance: float | None = None,
    use_seeds: bool = True,
    part: str = "test",
    alpha: float = ALPHA,
) -> Judgement:
    """Reach a verdict on ``other`` against ``base``.

    Parameters
    ----------
    base, other : Side
        Two runs; one that did not end is not comparable.
    metric : str, optional
        Instead of the one in params.yaml.
    tolerance : float, optional
        The largest difference that would not matter.
    use_seeds : bool
        Whether runs under other seeds count; those of the validation part never do.
    part : str
        ``"test"``, or ``"validation"``: then no number of the test part is looked at.
    alpha : float
        The level of the test.
    """
    try:
        chosen = agreed_metric(base, other, metric, part)
    except ComparisonError as error:
        return Judgement(
            metric=metric or other.metric,
            verdict=Verdict.NOT_COMPARABLE,
            reason=str(error),
            part=part,
        )
    rows, obstacle = _shared_rows(base, other, part)
    memory = shared_memory(rows[:1], rows[1:]) if rows else None
    use_seeds = use_seeds and part == "test"
    seeds = over_seeds(base, other, chosen, rows and rows[0], tolerance, alpha) if use_seeds else None
    comparison = (seeds and seeds.comparison) or (
        rows and _compare(rows, memory, chosen, tolerance, alpha)
    )
    verdict, reason = (
        (comparison.verdict, comparison.reason) if comparison else _untested(base, other, obstacle)
    )
    return Judgement(
        metric=chosen,
        verdict=verdict,
        reason=reason,
        comparison=comparison,
        over_seeds=seeds if seeds and seeds.comparison else None,
        classes=_compare_classes(rows, memory, alpha) if rows else (),
        rows=rows,
        notes=(*(seeds.notes if seeds else ()), *(memory_notes(memory, rows[0]) if rows else ())),
        part=part,
    )


def agreed_metric(base: Side, other: Side, metric: str | None, part: str = "test") -> str:
    """Return the metric to judge by, or raise a ComparisonError: a side has none, or another."""
    for side in (base, other):
        if not side.ran:
            raise ComparisonError(
                f"`{side.name}` has no finished run (dvc.lock with its metrics.json): commit one there,"
                " and the next change can be compared with it"
            )
    names = [set(side.metrics.get(part, {})) - {"n"} for side in (base, other)]
    shared = _computable(names[0] & names[1])
    if not shared:
        measured = (
            f"`{side.name}` by {', '.join(sorted(known))}"
            for side, known in zip((base, other), names, strict=True)
        )
        raise ComparisonError(f"the two predict different things: {', '.join(measured)}")
    if metric is None and base.metric != other.metric:
        raise ComparisonError(
            f"params.yaml of `{base.name}` names {_named(base)}, that of `{other.name}`"
            f" {_named(other)}: choose one, as in `--metric {other.metric or base.metric}`"
        )
    chosen = metric or str(other.metric)
    if chosen not in shared:
        raise ComparisonError(
            f"'{chosen}'{did_you_mean(chosen, shared)} is not a metric of both sides; allowed:"
            f" {', '.join(shared)}"
        )
    return chosen


def _named(side: Side) -> str:
    return f"the metric `{side.metric}`" if side.metric else "no metric"


def _computable(shared: set[str]) -> list[str]:
    """Add the metrics that the predictions of such runs have as well, whatever metrics.json holds."""
    tasks = {METRICS[name].task for name in shared if name in METRICS}
    known = [name for task in sorted(tasks) for name in known_metrics(task)]
    return list(dict.fromkeys([*known, *sorted(shared)]))


def _shared_rows(base: Side, other: Side, part: str) -> tuple[Rows | None, str]:
    """Return the rows of both sides in one order, or none and what stands in the way."""
    try:
        first, second = (read_rows(predictions_path(side), side.name, part) for side in (base, other))
        check_classes(first, second)
    except ComparisonError as error:
        return None, str(error)
    try:
        return (first, align(first, second)), ""
    except ComparisonError as error:
        return None, f"{error}{_why(base, other)}"


def _why(base: Side, other: Side) -> str:
    """Say what made the test rows differ, and what can be done."""
    if data := data_differences(base, other):
        return f" (other data: {first_few(data)}); run both on the same data"
    split = [change for change in param_changes(base, other) if change.name.startswith("split.")]
    if split:
        changes = ", ".join(f"`{each.name}` {each.base} → {each.other}" for each in split)
        return (
            f" (another split: {changes}); run both with the same split, or both under several:"
            f" `retrace seeds {MIN_REPEATS} --split`"
        )
    return "; run `retrace repro` on both sides"


def _compare(
    rows: Rows, memory: Memory | None, metric: str, tolerance: float | None, alpha: float
) -> Comparison:
    first, second = (side.predictions for side in rows)
    units = rows[0].units
    return compare_rows(
        first,
        second,
        metric,
        groups=units.codes,
        unit=units.kind,
        memory=memory,
        tolerance=tolerance,
        alpha=alpha,
    )


def _compare_classes(rows: Rows, memory: Memory | None, alpha: float) -> tuple[ClassComparison, ...]:
    first, second = (side.predictions for side in rows)
    return tuple(
        compare_classes(
            first,
            second,
            rows[0].classes,
            groups=rows[0].units.codes,
            memory=memory,
            alpha=alpha,
        )
    )


def _untested(base: Side, other: Side, obstacle: str) -> tuple[Verdict, str]:
    """Judge without predictions: of the same ones it need not be known what they are."""
    if _predictions_md5(base) == _predictions_md5(other):
        return Verdict.NO_DIFFERENCE, "both sides made the same predictions, byte for byte"
    return Verdict.NOT_COMPARABLE, obstacle


def _predictions_md5(side: Side) -> str:
    return side.lock.outs[PREDICTIONS.as_posix()]


def quoted(names: Iterable[str]) -> str:
    """Name a few as code, and count the rest."""
    return first_few([f"`{name}`" for name in names])
