"""The first line of a comment: a word that cannot be missed, and one sentence."""

from dataclasses import dataclass

from retrace.evaluation.intervals import PROPORTIONS, Interval, grouped_wilson, wilson
from retrace.tools.pull_request.gathering import Request
from retrace.tools.repository.predictions import PredictedRows
from retrace.tools.significance import Verdict, wording
from retrace.tools.significance.runs import RunComparison

FIRST, SAME, NOTHING, NO_BASE = "first run", "the same run", "no result", "no base"

CONFIDENCE = 0.95

# Beside the word, for whoever only glances.
MARKS = {
    Verdict.BETTER: "▲",
    Verdict.WORSE: "▼",
    Verdict.NOT_COMPARABLE: "?",
    NOTHING: "✗",
    FIRST: "●",
    NO_BASE: "?",
}


@dataclass(frozen=True)
class Headline:
    """A word, the sentence that follows it, and what else a reader of both should know."""

    word: str
    sentence: str
    more: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """A sign that can be told from the others at a glance."""
        return MARKS.get(self.word, "=")


def headline(request: Request) -> Headline:
    """Say whether the head is better than the tip of its base."""
    if not request.head.ran:
        return Headline(NOTHING, "there is no finished run here; the log of the run says why")
    if request.is_first or request.compared is None:
        return _first(request)
    if request.is_same:
        return Headline(SAME, f"`dvc.lock` is that of `{request.base_name}`; {_score(request)}")
    return _judged(request, request.compared)


def _first(request: Request) -> Headline:
    if request.base is None:
        lacking = f"`{request.base_name}` cannot be looked at, so nothing was compared"
        return Headline(NO_BASE, f"{_score(request)}; {lacking}", (request.missing,))
    lacking = f"`{request.base_name}` has no finished run yet, so there is nothing to compare with"
    return Headline(FIRST, f"{_score(request)}; {lacking}")


def _judged(request: Request, compared: RunComparison) -> Headline:
    judgement = compared.judgement
    more = [wording.account(compared.account)]
    if not judgement.verdict.is_significant:
        more.append(wording.detectable(judgement))
        more.append(wording.planning(judgement, compared.base, compared.other))
    if judgement.verdict is Verdict.NOT_COMPARABLE:
        more += _untested(request, compared)
    sentence = wording.headline(judgement, compared.base)
    return Headline(judgement.verdict, sentence, tuple(filter(None, more)))


def _untested(request: Request, compared: RunComparison) -> list[str]:
    metric = request.head.metric
    return [
        f"Untested, `{row.name}` is {wording.number(row.other)} against {wording.number(row.base)} of"
        f" `{request.base_name}`, a difference of {wording.signed(row.difference)}."
        for row in compared.differs.metrics
        if (row.part, row.name) == (request.part, metric)
        and row.base is not None
        and row.other is not None
    ]


def _score(request: Request) -> str:
    """Say the metric that counts, with an interval where one is quickly told."""
    scores, metric = request.head.metrics.get(request.part, {}), str(request.head.metric)
    if metric not in scores:
        return "a run with other metrics than the one that `params.yaml` names"
    interval = _interval(metric, request.rows)
    bounds = f" (95 % interval {interval.low:.4f} to {interval.high:.4f})" if interval else ""
    n_rows = f" on {len(request.rows)} {request.part} rows" if request.rows else ""
    return f"`{metric}` {wording.number(scores[metric])}{n_rows}{bounds}"


def _interval(metric: str, rows: PredictedRows | None) -> Interval | None:
    if rows is None or metric not in PROPORTIONS or not len(rows):
        return None
    right = rows.predictions.predicted == rows.predictions.y
    if rows.units.codes is not None:
        grouped = grouped_wilson(right, rows.units.codes, CONFIDENCE)
        return None if grouped.low != grouped.low else grouped
    return wilson(int(right.sum()), len(right), CONFIDENCE)
