"""`retrace rank`: more than two runs, and which of them can be told apart."""

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Annotated

import typer

from retrace.core.errors import ComparisonError

if TYPE_CHECKING:
    from retrace.tools.repository.sides import Side

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Runs, the best first.

    Attributes
    ----------
    metric : str
    names : list of str
    scores : list of float
    letters : list of str
        Runs that share a letter cannot be told apart.
    pairs : list of (str, str, float, float)
        Of each pair the better and the worse run, the difference and p after Holm's correction.
    """

    metric: str
    names: list[str]
    scores: list[float]
    letters: list[str]
    pairs: list[tuple[str, str, float, float]]


def rank(
    runs: Annotated[list[str], typer.Argument(help="Branches, tags, commits, experiments.")],
    metric: Annotated[
        str | None, typer.Option(help="Rank by this metric.", show_default="that of params.yaml")
    ] = None,
) -> None:
    """Rank three or more runs on the same test rows: every pair tested, with Holm's correction.

    \b
    retrace rank main cnn-wide svm
    """
    from retrace.tools.repository.sides import load_side

    typer.echo(_text(rank_sides([load_side(name) for name in runs], metric)))


def rank_sides(sides: "list[Side]", metric: str | None = None) -> Ranking:
    """Test all pairs of runs, and find the groups that cannot be told apart.

    Raises
    ------
    ComparisonError
        There are fewer than three runs, or two that cannot be compared.
    """
    from retrace.evaluation.metrics import LOWER_IS_BETTER
    from retrace.tools.significance.classes import holm
    from retrace.tools.significance.judging import judge
    from retrace.tools.significance.verdicts import after_correction

    if len(sides) < 3:
        raise ComparisonError(f"got {len(sides)} runs: name at least 3, or `retrace compare` two")
    scores: dict[str, float] = {}
    pairs = list(combinations(sides, 2))
    found = []
    for base, other in pairs:
        judgement = judge(base, other, metric=metric, use_seeds=False)
        if judgement.comparison is None:
            raise ComparisonError(f"`{base.name}` and `{other.name}`: {judgement.reason}")
        found.append(judgement.comparison)
        scores |= {base.name: found[-1].base, other.name: found[-1].other}
    lower = found[0].metric in LOWER_IS_BETTER
    names = sorted(scores, key=lambda name: scores[name] if lower else -scores[name])
    adjusted = holm([each.p_value for each in found])
    told_apart, listed = set(), []
    for (base, other), each, p_value in zip(pairs, found, adjusted, strict=True):
        better, worse = sorted((base.name, other.name), key=names.index)
        listed.append((better, worse, abs(each.difference), float(p_value)))
        if after_correction(each, float(p_value), len(pairs))[0].is_significant:
            told_apart.add((better, worse))
    return Ranking(
        metric=found[0].metric,
        names=names,
        scores=[scores[name] for name in names],
        letters=_letters(names, told_apart),
        pairs=sorted(listed, key=lambda pair: (names.index(pair[0]), names.index(pair[1]))),
    )


def _letters(names: list[str], told_apart: set[tuple[str, str]]) -> list[str]:
    """Give a letter to each largest set of runs of which no two are told apart.

    A compact letter display: H.-P. Piepho, J. Comput. Graph. Stat. 13 (2004), 456-466.
    """
    sets = [set(names)]
    for first, second in sorted(told_apart):
        split = [each for each in sets if {first, second} <= each]
        sets = [each for each in sets if not {first, second} <= each]
        sets += [each - {one} for each in split for one in (first, second)]
        sets = [each for each in sets if not any(each < other for other in sets)]
    distinct = sorted(
        {tuple(n for n in names if n in each) for each in sets}, key=lambda s: names.index(s[0])
    )
    return [
        "".join(LETTERS[place % 26] for place, each in enumerate(distinct) if name in each)
        for name in names
    ]


def _text(ranking: Ranking) -> str:
    from retrace.evaluation.intervals import number_text

    wide = max(map(len, ranking.names))
    lines = [f"{ranking.metric} of the test part; runs that share a letter cannot be told apart"]
    scores = [number_text(score) for score in ranking.scores]
    lines += [
        f"  {name:<{wide}}  {score:>{max(map(len, scores))}}  {letters}"
        for name, score, letters in zip(ranking.names, scores, ranking.letters, strict=True)
    ]
    lines.append(f"each pair, with Holm's correction over {len(ranking.pairs)}:")
    lines += [
        f"  {better:<{wide}} against {worse:<{wide}}  {number_text(difference)}  p = {p_value:.2g}"
        for better, worse, difference, p_value in ranking.pairs
    ]
    return "\n".join(lines)
