"""Rank runs by the validation part, and judge them against one base."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retrace.core.artifacts import PREDICTIONS, VALIDATION
from retrace.core.errors import RetraceError, did_you_mean
from retrace.evaluation.metrics import LOWER_IS_BETTER, scores
from retrace.tools.dashboard.charts import NOT_PULLED, Unusable, Validation, read_validation
from retrace.tools.dashboard.gathering import progress
from retrace.tools.dashboard.remembering import remembered
from retrace.tools.dashboard.runs import Run
from retrace.tools.significance import Comparison, compare_rows, holm
from retrace.tools.significance.verdicts import ALPHA

NO_DIFFERENCE, NOT_COMPARABLE = "no significant difference", "not comparable"

BASE = "base"

DEFAULT_BASES = ("main", "master")


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the page says of one run against the base.

    Attributes
    ----------
    verdict : str
        ``"base"``, a verdict of `retrace.tools.significance`, or why there is none.
    reason : str
        One sentence, or empty.
    comparison : Comparison or None
        Difference and interval; not corrected for the number of runs.
    p_value : float or None
        After Holm's correction over all runs that were tested.
    same_rows : bool
        Whether its validation rows are those of the base, so that it can be ranked beside it.
    """

    verdict: str
    reason: str = ""
    comparison: Comparison | None = None
    p_value: float | None = None
    same_rows: bool = True


SAME = Judgement(verdict=NO_DIFFERENCE, reason="the same predictions as the base", p_value=1.0)


def find_base(runs: list[Run], name: str | None) -> Run:
    """Return the run that a user names; without a name main, master or where HEAD is.

    Raises
    ------
    RetraceError
        No run has that name.
    """
    by_name = {each: run for run in runs for each in (run.experiment, *run.branches, *run.tags) if each}
    if name is None:
        found = [by_name[default] for default in DEFAULT_BASES if default in by_name]
        return (found or [run for run in runs if run.is_commit])[0]
    by_revision = [run for run in runs if run.revision.startswith(name) and len(name) >= 4]
    if name not in by_name and len(by_revision) != 1:
        raise RetraceError(
            f"--base {name}: no branch, tag, commit or experiment on this page is called so"
            f"{did_you_mean(name, by_name)}; `dvc exp list --all-commits` and `git branch` list them"
        )
    return by_name[name] if name in by_name else by_revision[0]


def ranking_metric(runs: list[Run], base: Run, name: str | None) -> str:
    """Return the metric that ranks: the one named, else that of the base's params.yaml.

    Raises
    ------
    RetraceError
        No run has a metric of that name on its validation part.
    """
    prefix = "validation."
    keys = dict.fromkeys(key for run in (base, *runs) for key in run.metrics if key.startswith(prefix))
    known = [key.removeprefix(prefix) for key in keys]
    wanted = name or base.params.get("metric") or (known[0] if known else "accuracy")
    if known and wanted not in known and name:
        raise RetraceError(
            f"--metric {name}: no run has it on the validation part{did_you_mean(name, known)};"
            f" there are {', '.join(known)}"
        )
    return str(wanted)


def judge(runs: list[Run], base: Run, metric: str) -> dict[str, Judgement]:
    """Judge every run against ``base`` by the metric on the validation part.

    Runs with the very same predictions are one test. Holm's correction runs over all tests.

    Returns
    -------
    dict of str to Judgement
        By revision.
    """
    try:
        reference = _reference(base, metric)
    except Unusable as error:
        reason = f"the base {base.label}: {error}"
        found = {
            run.revision: Judgement(
                verdict=NOT_COMPARABLE, reason=reason, same_rows=_same_part(base, run)
            )
            for run in runs
            if run.has_scores
        }
        return found | {base.revision: Judgement(verdict=BASE)}
    others = [run for run in runs if run.has_scores and _predictions(run) != _predictions(base)]
    by_file = {_predictions(run): run for run in others}
    tested = {
        file: _compare(reference, base, run, metric)
        for file, run in progress(list(by_file.items()), "comparing")
    }
    corrected = dict(zip(tested, _corrected(list(tested.values())), strict=True))
    same = {run.revision: SAME for run in runs if run.has_scores and run not in others}
    judged = {run.revision: corrected[_predictions(run)] for run in others}
    return judged | same | {base.revision: Judgement(verdict=BASE)}


def rank(runs: list[Run], judged: Mapping[str, Judgement], metric: str) -> dict[str, int]:
    """Return places by revision, best first, equal scores sharing one; only runs on the base's rows."""
    key = f"validation.{metric}"
    scored = {
        run.revision: run.metrics[key]
        for run in runs
        if run.has_scores and key in run.metrics and judged[run.revision].same_rows
    }
    order = sorted(scored.values(), reverse=metric not in LOWER_IS_BETTER)
    return {revision: order.index(value) + 1 for revision, value in scored.items()}


def _not_comparable(reason: str, same_rows: bool) -> Judgement:
    return Judgement(verdict=NOT_COMPARABLE, reason=reason, same_rows=same_rows)


def _predictions(run: Run) -> str:
    """Return what tells one set of predictions from another; a run without any stands for itself."""
    return run.hashes.get(PREDICTIONS.as_posix(), run.revision)


def _same_part(base: Run, run: Run) -> bool:
    """Tell without predictions whether the validation parts are the same, by dvc.lock."""
    part = VALIDATION.as_posix()
    return part in base.hashes and base.hashes[part] == run.hashes.get(part)


def _reference(base: Run, metric: str) -> Validation:
    validation = read_validation(base)
    if metric not in scores(validation.predictions):
        raise Unusable(f"no test is known for {metric}")
    return validation


def _compare(reference: Validation, base: Run, run: Run, metric: str) -> Judgement:
    try:
        other = read_validation(run)
    except Unusable as error:
        verdict = NOT_PULLED if str(error) == NOT_PULLED else NOT_COMPARABLE
        return Judgement(verdict=verdict, reason=str(error), same_rows=_same_part(base, run))
    if reason := _difference_in_rows(reference, other):
        return _not_comparable(reason, same_rows=False)
    comparison = remembered(
        _predictions(base),
        _predictions(run),
        metric,
        lambda: compare_rows(reference.predictions, other.predictions, metric, groups=reference.groups),
    )
    return Judgement(verdict=comparison.verdict, reason=comparison.reason, comparison=comparison)


def _difference_in_rows(base: Validation, other: Validation) -> str:
    if base.classes != other.classes:
        return "other classes"
    if np.array_equal(base.rows, other.rows):
        return ""
    foreign = len(set(map(tuple, other.rows)) - set(map(tuple, base.rows)))
    return (
        f"other validation rows: {foreign} of {len(other.rows)} are not among the base's"
        f" {len(base.rows)}"
    )


def _corrected(judgements: list[Judgement]) -> list[Judgement]:
    p_values = [_p_value(each) for each in judgements]
    tested = [p for p in p_values if p is not None]
    adjusted = iter(holm(tested)) if tested else iter(())
    return [
        each if p is None else _after_holm(each, float(next(adjusted)), len(tested))
        for each, p in zip(judgements, p_values, strict=True)
    ]


def _p_value(judgement: Judgement) -> float | None:
    if judgement.comparison is None or judgement.verdict == "cannot tell":
        return None
    p_value = judgement.comparison.p_value
    return None if np.isnan(p_value) else p_value


def _after_holm(judgement: Judgement, p_value: float, n_tests: int) -> Judgement:
    verdict, reason = judgement.verdict, judgement.reason
    if verdict in ("better", "worse") and p_value >= ALPHA:
        reason = f"alone it would be {verdict}, but not among {n_tests} runs (Holm)"
        verdict = NO_DIFFERENCE
    return Judgement(verdict=verdict, reason=reason, comparison=judgement.comparison, p_value=p_value)
