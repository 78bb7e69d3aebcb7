"""The sentences of a comparison: the verdict in one line, and how far it reaches."""

import math

from retrace.evaluation.intervals import Interval
from retrace.evaluation.units import PLURALS
from retrace.tools.repository.git import WORKSPACE
from retrace.tools.repository.sides import Side
from retrace.tools.significance import Comparison, Verdict
from retrace.tools.significance.judging import Judgement

UNITS: dict[str, str] = {str(kind): name for kind, name in PLURALS.items()} | {"split": "splits"}


def headline(judgement: Judgement, base: Side) -> str:
    """Say what the verdict rests on, in one line that follows the verdict's word."""
    comparison = judgement.comparison
    if comparison is None:
        return judgement.reason
    parts = [
        f"`{comparison.metric}` {comparison.other:.4f} against {comparison.base:.4f} of `{base.name}`",
        f"a difference of {signed(comparison.difference)} ({_evidence(comparison, judgement)})",
    ]
    return ", ".join(parts) + (f"; {judgement.reason}" if judgement.reason else "")


def detectable(judgement: Judgement) -> str:
    """Say which difference would have been seen, so that "no difference" is not read as "equal"."""
    comparison = judgement.comparison
    if comparison is None or comparison.detectable is None:
        return ""
    bound = "at least " if comparison.detectable_is_bound else ""
    return (
        f"The smallest true difference that such a comparison finds four times out of five is {bound}"
        f"{comparison.detectable:.4f} (power .8, alpha .05): a smaller one may well stay unseen."
    )


def basis(judgement: Judgement) -> str:
    """Say how many runs the verdict rests on."""
    over = judgement.over_seeds
    if over is None:
        return "" if judgement.verdict is Verdict.NOT_COMPARABLE else "One run of each side."
    listed = [", ".join(str(seed) for seed in over.seeds[side]) for side in ("base", "other")]
    if over.kind == "split":
        return f"Runs of both sides under the same split seeds ({listed[0]}), compared pair by pair."
    return f"Runs under several training seeds: {listed[0]} of the base, {listed[1]} of the other side."


def made_from(side: Side) -> str:
    """Name a side with its full revision."""
    if side.name != WORKSPACE:
        return f"commit {side.tree.commit}"
    return f"commit {side.tree.commit}" + (
        " with uncommitted changes" if side.changed else ", unchanged"
    )


def signed(value: float | None) -> str:
    """Write a difference with its sign."""
    return "" if value is None else f"{value:+.4f}"


def number(value: float | None) -> str:
    """Write a metric, or a dash where a side lacks it."""
    return "—" if value is None else f"{value:.4f}"


def p_value(value: float) -> str:
    """Write a p-value without claiming more digits than it has."""
    return "p below 0.0001" if value < 0.0001 else f"p = {value:.2g}"


def _evidence(comparison: Comparison, judgement: Judgement) -> str:
    seeds = judgement.over_seeds
    if seeds and seeds.kind == "training":
        of = f"{len(seeds.seeds['base'])} and {len(seeds.seeds['other'])} training seeds"
    else:
        of = f"{comparison.n_units:,} {UNITS[comparison.unit]}".replace("test", judgement.part)
        if comparison.unit in ("distinct row", "block") and judgement.rows:
            rows = f"{judgement.part} rows"
            of = f"{len(judgement.rows[0]):,} {rows}, {of.removesuffix(f' {rows}')}"
    if math.isnan(comparison.interval.low):
        return f"{comparison.test}; {of}"
    interval, test = _interval(comparison.interval), comparison.test
    return f"95 % interval {interval}; {test}, {p_value(comparison.p_value)}; {of}"


def _interval(interval: Interval) -> str:
    return f"{signed(interval.low)} to {signed(interval.high)}"
