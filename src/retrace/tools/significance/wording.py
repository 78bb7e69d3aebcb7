"""The sentences of a comparison: the verdict in one line, and how far it reaches."""

import math
import re

from retrace.evaluation.intervals import Interval, number_text
from retrace.evaluation.units import PLURALS
from retrace.tools.repository.bases import CUSTOMARY
from retrace.tools.repository.git import WORKSPACE
from retrace.tools.repository.sides import Side
from retrace.tools.significance import Comparison, Verdict
from retrace.tools.significance.judging import Judgement
from retrace.tools.significance.looks import BUDGET, Account
from retrace.tools.significance.verdicts import as_percent

# A piece of code as it is, a sign that was escaped, or what keeps a mention apart.
ESCAPES = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|\\([\\`*_{}\[\]<>|#@!~$&])|\u200b")

UNITS: dict[str, str] = {str(kind): name for kind, name in PLURALS.items()} | {"split": "splits"}


def headline(judgement: Judgement, base: Side) -> str:
    """Say what the verdict rests on, in one line that follows the verdict's word."""
    comparison = judgement.comparison
    if comparison is None:
        return judgement.reason
    parts = [
        f"`{comparison.metric}` {number(comparison.other)} against {number(comparison.base)} of"
        f" `{base.name}`",
        f"a difference of {signed(comparison.difference)} ({_evidence(comparison, judgement)})",
    ]
    return ", ".join(parts) + (f"; {judgement.reason}" if judgement.reason else "")


def detectable(judgement: Judgement) -> str:
    """Say which difference would have been seen, so that "no difference" is not read as "equal"."""
    comparison = judgement.comparison
    if comparison is None or comparison.detectable is None:
        return ""
    bound = "at least " if comparison.detectable_is_bound else ""
    at = f"power .8, alpha {level(comparison.alpha)}"
    return (
        f"The smallest true difference that such a comparison finds four times out of five is {bound}"
        f"{number_text(comparison.detectable)} ({at}): a smaller one may well stay unseen."
    )


def planning(judgement: Judgement, base: Side, other: Side) -> str:
    """Say which command tells what it takes to find less, where no difference was found."""
    comparison = judgement.comparison
    if judgement.verdict is not Verdict.NO_DIFFERENCE or comparison is None or not comparison.detectable:
        return ""
    asked = [f"retrace plan --detect {comparison.detectable / 2:.1g}"]
    if judgement.metric != other.metric:
        asked.append(f"--metric {judgement.metric}")
    if base.name not in CUSTOMARY or other.name != WORKSPACE:
        asked += [base.name] if other.name == WORKSPACE else [base.name, other.name]
    return f"`{' '.join(asked)}` says how many test rows and seeds find about half of that."


def for_terminal(markdown: str) -> str:
    """Take back the escapes, which Markdown hides and a terminal shows."""

    def plain(found: re.Match[str]) -> str:
        return found[2] or (found[0].replace("\\|", "|") if found[1] else "")

    return ESCAPES.sub(plain, markdown)


def account(found: Account | None) -> str:
    """Say which look at the test part this is, and at what level it was judged."""
    if found is None:
        return ""
    look, times = found.look, f"{found.asked} time{'s' if found.asked > 1 else ''}"
    whose = "this request" if not found.repeated else f"`{look.request}`, asked again for nothing"
    said = (
        f"Look {look.look} of {whose}, judged at {level(look.level)}, which is its share of .05; this"
        f" test part was asked {times}."
    )
    if found.asked >= BUDGET:
        said += ' By now a false "better" is to be expected: `retrace test renew` makes a fresh one.'
    if found.only_here:
        said += (
            f" The look is noted in this clone alone, as the remote did not take it: {found.only_here}."
        )
    return said


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
    return "" if value is None else f"{'-' if value < 0 else '+'}{number_text(abs(value))}"


def number(value: float | None) -> str:
    """Write a metric, or a dash where a side lacks it."""
    return "—" if value is None else number_text(value)


def level(alpha: float) -> str:
    """Write the level of a test."""
    return f"{alpha:.3g}".removeprefix("0")


def p_value(value: float) -> str:
    """Write a p-value with few digits, but with those that say on which side of .05 it is."""
    if value < 0.0001:
        return "p below 0.0001"
    text = f"{value:.2g}"
    return f"p = {text if text != '0.05' else f'{value:.3g}'}"


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
    confidence = as_percent(1 - comparison.alpha)
    return f"{confidence} interval {interval}; {test}, {p_value(comparison.p_value)}; {of}"


def _interval(interval: Interval) -> str:
    return f"{signed(interval.low)} to {signed(interval.high)}"
