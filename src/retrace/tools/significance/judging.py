"""The verdict on two runs: over several seeds where both sides have them, else on the same test rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from retrace.core.artifacts import PREDICTIONS
from retrace.core.errors import ComparisonError, first_few
from retrace.evaluation.metrics import LOWER_IS_BETTER
from retrace.tools.repository.differences import data_changes, param_changes
from retrace.tools.repository.predictions import TestRows, align, read_test_rows
from retrace.tools.repository.sides import Side, predictions_path
from retrace.tools.significance import (
    VERDICTS,
    ClassComparison,
    Comparison,
    compare_classes,
    compare_rows,
)
from retrace.tools.significance.over_seeds import (
    MIN_SEEDS,
    OverSeeds,
    over_split_seeds,
    over_training_seeds,
)

NOT_COMPARABLE = "not comparable"
NO_DIFFERENCE = "no significant difference"
assert NO_DIFFERENCE in VERDICTS

Rows = tuple[TestRows, TestRows]


@dataclass(kw_only=True)
class Judgement:
    """A verdict, and what it was reached with.

    Attributes
    ----------
    metric : str or None
    verdict : str
        One of `retrace.tools.significance.VERDICTS`, or ``"not comparable"``.
    reason : str
        Empty where the verdict needs none.
    comparison : Comparison or None
        None where nothing could be tested.
    over_seeds : OverSeeds or None
        The seeds that the verdict rests on; None for one run each.
    classes : list of ClassComparison
    rows : pair of TestRows, or None
        The test rows of both sides, in the same order.
    notes : list of str
    """

    metric: str | None
    verdict: str = NOT_COMPARABLE
    reason: str = ""
    comparison: Comparison | None = None
    over_seeds: OverSeeds | None = None
    classes: list[ClassComparison] = field(default_factory=list)
    rows: Rows | None = None
    notes: list[str] = field(default_factory=list)


def judge(
    base: Side,
    other: Side,
    *,
    metric: str | None = None,
    tolerance: float | None = None,
    use_seeds: bool = True,
) -> Judgement:
    """Reach a verdict on ``other`` against ``base``.

    Parameters
    ----------
    base, other : Side
    metric : str, optional
        Instead of the one in params.yaml.
    tolerance : float, optional
        The largest difference that would not matter.
    use_seeds : bool
        Whether runs under other seeds count.
    """
    judgement = Judgement(metric=metric or other.metric)
    try:
        chosen = judgement.metric = _agreed_metric(base, other, metric)
        problem = _read_rows(base, other, judgement)
        if use_seeds:
            _judge_over_seeds(base, other, chosen, judgement, tolerance)
        if judgement.comparison is None:
            _judge_rows(base, other, chosen, judgement, tolerance, problem)
    except ComparisonError as error:
        judgement.reason = str(error)
    return judgement


def is_worse(judgement: Judgement, tolerance: float | None = None) -> bool:
    """Tell whether the whole 95 % interval lies on the bad side, further than the tolerance."""
    found = judgement.comparison
    if found is None:
        return False
    best = -found.interval.low if found.metric in LOWER_IS_BETTER else found.interval.high
    return best < -(tolerance or 0)


def _agreed_metric(base: Side, other: Side, metric: str | None) -> str:
    for side in (base, other):
        if not side.ran:
            raise ComparisonError(
                f"`{side.name}` has no finished run (dvc.lock with its metrics.json): commit one there,"
                " and the next change can be compared with it"
            )
    names = [set(side.metrics["test"]) - {"n"} for side in (base, other)]
    shared = sorted(names[0] & names[1])
    if not shared:
        measured = (
            f"`{side.name}` by {', '.join(sorted(found))}"
            for side, found in zip((base, other), names, strict=True)
        )
        raise ComparisonError(f"the two predict different things: {', '.join(measured)}")
    if metric is None and base.metric != other.metric:
        raise ComparisonError(
            f"params.yaml of `{base.name}` names the metric `{base.metric}`, that of `{other.name}`"
            f" `{other.metric}`: choose one, as in `--metric {other.metric}`"
        )
    chosen = metric or str(other.metric)
    if chosen not in shared:
        raise ComparisonError(f"'{chosen}' is not a metric of both sides; allowed: {', '.join(shared)}")
    return chosen


def _read_rows(base: Side, other: Side, judgement: Judgement) -> ComparisonError | None:
    """Put the rows of both sides into the judgement, or return what stands in the way."""
    try:
        first, second = (read_test_rows(predictions_path(side), side.name) for side in (base, other))
        _check_classes(base, first, other, second)
    except ComparisonError as error:
        return error
    try:
        judgement.rows = first, align(first, second)
    except ComparisonError as error:
        return ComparisonError(f"{error}{_why(base, other)}")
    if not first.classes:
        return None
    judgement.classes = compare_classes(
        judgement.rows[0].predictions, judgement.rows[1].predictions, first.classes, groups=first.groups
    )
    return None


def _why(base: Side, other: Side) -> str:
    """Say what made the test rows differ, and what can be done."""
    data = [change.name for change in data_changes(base, other)]
    if data:
        return f" (other data: {quoted(data)}); run both on the same data"
    split = [change for change in param_changes(base, other) if change.name.startswith("split.")]
    if split:
        changes = ", ".join(f"`{each.name}` {each.base} → {each.other}" for each in split)
        return (
            f" (another split: {changes}); run both with the same split, or both under several:"
            f" `retrace seeds {MIN_SEEDS} --split`"
        )
    return "; run `retrace repro` on both sides"


def _check_classes(base: Side, first: TestRows, other: Side, second: TestRows) -> None:
    if first.classes == second.classes:
        return
    only = [
        f"only `{side.name}` has {quoted(extra)}"
        for side, rows, rest in ((base, first, second), (other, second, first))
        if (extra := [name for name in rows.classes if name not in rest.classes])
    ]
    raise ComparisonError(f"the classes differ: {'; '.join(only) or 'they have another order'}")


def _judge_over_seeds(
    base: Side, other: Side, metric: str, judgement: Judgement, tolerance: float | None
) -> None:
    rows = judgement.rows[0] if judgement.rows else None
    found = over_training_seeds(base, other, metric, rows, tolerance)
    judgement.notes += found.notes
    if found.comparison is None:
        found = over_split_seeds(base, other, metric, tolerance)
        judgement.notes += found.notes
    if found.comparison:
        judgement.over_seeds = found
        _accept(judgement, found.comparison)


def _judge_rows(
    base: Side,
    other: Side,
    metric: str,
    judgement: Judgement,
    tolerance: float | None,
    problem: ComparisonError | None,
) -> None:
    if judgement.rows:
        first, second = (rows.predictions for rows in judgement.rows)
        groups = judgement.rows[0].groups
        _accept(judgement, compare_rows(first, second, metric, groups=groups, tolerance=tolerance))
    elif _predictions_md5(base) == _predictions_md5(other):
        judgement.verdict = NO_DIFFERENCE
        judgement.reason = "both sides made the same predictions, byte for byte"
    elif problem:
        raise problem


def _accept(judgement: Judgement, comparison: Comparison) -> None:
    judgement.comparison = comparison
    judgement.verdict, judgement.reason = comparison.verdict, comparison.reason


def _predictions_md5(side: Side) -> str:
    return side.lock.outs[PREDICTIONS.as_posix()]


def quoted(names: Iterable[str]) -> str:
    """Name a few as code, and count the rest."""
    return first_few([f"`{name}`" for name in names])
