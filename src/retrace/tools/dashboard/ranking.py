"""Rank runs by the validation part, and judge them against one base."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from retrace.core.artifacts import PREDICTIONS
from retrace.core.errors import ComparisonError
from retrace.core.records import Floats
from retrace.evaluation.metrics import LOWER_IS_BETTER, known_metrics, scores
from retrace.tools.dashboard.charts import NOT_PULLED, read_validation
from retrace.tools.dashboard.gathering import progress
from retrace.tools.dashboard.remembering import remembered, remembered_swaps
from retrace.tools.dashboard.runs import Run
from retrace.tools.repository.predictions import PredictedRows, align, check_classes
from retrace.tools.significance import Comparison, Verdict, compare_rows, holm
from retrace.tools.significance.many import max_t, swapped_differences
from retrace.tools.significance.rows import PERMUTATION
from retrace.tools.significance.serial import shared_memory
from retrace.tools.significance.verdicts import after_correction

BASE = "base"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the page says of one run against the base.

    Attributes
    ----------
    verdict : str
        A `Verdict`, ``"base"``, or ``"predictions not pulled"``.
    reason : str
        One sentence, or empty.
    comparison : Comparison or None
        Difference and interval; not corrected for the number of runs.
    p_value : float or None
        Corrected for all runs that were tested.
    same_rows : bool
        Whether its validation rows are those of the base, so that it can be ranked beside it.
    """

    verdict: str
    reason: str = ""
    comparison: Comparison | None = None
    p_value: float | None = None
    same_rows: bool = True


SAME = Standing(verdict=Verdict.NO_DIFFERENCE, reason="the same predictions as the base", p_value=1.0)


def judge(runs: list[Run], base: Run, metric: str) -> dict[str, Standing]:
    """Judge every run against ``base`` by the metric on the validation part.

    Runs with the very same predictions are one test. The correction runs over all tests.

    Returns
    -------
    dict of str to Standing
        By revision.
    """
    scored = [run for run in runs if run.has_scores]
    try:
        reference = _reference(base, metric)
    except ComparisonError as error:
        reason = f"the base {base.label}: {error}"
        judged = {run.revision: _unjudged(base, run, reason) for run in scored}
    else:
        judged = _judge_scored(scored, base, reference, metric)
    return judged | {base.revision: Standing(verdict=BASE)}


def with_metric(runs: list[Run], metric: str) -> list[Run]:
    """Add the metric that ranks to runs that did not write it: it follows from their predictions."""
    return [_completed(run, metric) for run in runs]


def rank(runs: list[Run], judged: Mapping[str, Standing], metric: str) -> dict[str, int]:
    """Return places by revision, best first, equal scores sharing one; only runs on the base's rows."""
    key = f"validation.{metric}"
    scored = {
        run.revision: run.metrics[key]
        for run in runs
        if run.has_scores and key in run.metrics and judged[run.revision].same_rows
    }
    order = sorted(scored.values(), reverse=metric not in LOWER_IS_BETTER)
    return {revision: order.index(value) + 1 for revision, value in scored.items()}


def _completed(run: Run, metric: str) -> Run:
    key = f"validation.{metric}"
    if key in run.metrics or not run.has_scores:
        return run
    try:
        value = scores(_reference(run, metric).predictions, [metric])[metric]
    except ComparisonError:
        return run
    return replace(run, metrics={**run.metrics, key: value}) if np.isfinite(value) else run


def _judge_scored(
    runs: list[Run], base: Run, reference: PredictedRows, metric: str
) -> dict[str, Standing]:
    by_file = {_predictions(run): run for run in runs if _predictions(run) != _predictions(base)}
    alone = [
        _compare(reference, base, run, metric) for run in progress(list(by_file.values()), "comparing")
    ]
    standings = dict(zip(by_file, _corrected(alone, base, by_file, reference, metric), strict=True))
    return {run.revision: standings.get(_predictions(run), SAME) for run in runs}


def _predictions(run: Run) -> str:
    """Return what tells one set of predictions from another; a run without any stands for itself."""
    return run.hashes.get(PREDICTIONS.as_posix(), run.revision)


def _unjudged(base: Run, run: Run, reason: str) -> Standing:
    return Standing(verdict=Verdict.NOT_COMPARABLE, reason=reason, same_rows=run.shares_rows_with(base))


def _reference(base: Run, metric: str) -> PredictedRows:
    rows = read_validation(base)
    if metric not in known_metrics("classification" if rows.classes else "regression"):
        raise ComparisonError(f"no test is known for {metric}")
    return rows


def _compare(reference: PredictedRows, base: Run, run: Run, metric: str) -> Standing:
    try:
        rows = read_validation(run)
    except ComparisonError as error:
        standing = _unjudged(base, run, str(error))
        return replace(standing, verdict=NOT_PULLED) if run.lacks(PREDICTIONS) else standing
    try:
        check_classes(reference, rows)
        other = align(reference, rows)
    except ComparisonError as error:
        return Standing(verdict=Verdict.NOT_COMPARABLE, reason=str(error), same_rows=False)
    comparison = remembered(
        _predictions(base),
        _predictions(run),
        metric,
        lambda: compare_rows(
            reference.predictions,
            other.predictions,
            metric,
            groups=reference.units.codes,
            unit=reference.units.kind,
            memory=shared_memory([reference], [other]),
        ),
    )
    return Standing(verdict=comparison.verdict, reason=comparison.reason, comparison=comparison)


def _corrected(
    standings: list[Standing],
    base: Run,
    by_file: dict[str, Run],
    reference: PredictedRows,
    metric: str,
) -> list[Standing]:
    """Correct for all tests: permutations by their largest under the same swaps, others by Holm."""
    alone = np.array([each.comparison.p_value if each.comparison else np.nan for each in standings])
    permuted = [
        place
        for place, each in enumerate(standings)
        if each.comparison and each.comparison.test == PERMUTATION and not np.isnan(alone[place])
    ]
    p_values, how = holm(alone), "Holm"
    if len(permuted) == np.count_nonzero(~np.isnan(alone)) > 1:
        runs = list(by_file.values())
        swapped = [
            _swapped(reference, base, runs[place], metric) for place in progress(permuted, "swapping")
        ]
        p_values[permuted], how = max_t(swapped), "the largest of as many, by permutation"
    n_tests = int(np.count_nonzero(~np.isnan(p_values)))
    return [
        _after_correction(each, float(p_value), n_tests, how)
        for each, p_value in zip(standings, p_values, strict=True)
    ]


def _swapped(reference: PredictedRows, base: Run, run: Run, metric: str) -> Floats:
    def make() -> Floats:
        other = align(reference, read_validation(run)).predictions
        return swapped_differences(reference.predictions, other, metric, groups=reference.units.codes)

    return remembered_swaps(_predictions(base), _predictions(run), metric, make)


def _after_correction(standing: Standing, p_value: float, n_tests: int, how: str) -> Standing:
    if standing.comparison is None or np.isnan(p_value):
        return standing
    verdict, reason = after_correction(standing.comparison, p_value, n_tests, how)
    return replace(standing, verdict=verdict, reason=reason, p_value=p_value)
