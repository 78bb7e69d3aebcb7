"""`retrace rank`: more than two runs, and which of them can be told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from retrace.core.errors import ComparisonError

if TYPE_CHECKING:
    from retrace.tools.repository.sides import Side

LETTERS = "abcdefghijklmnopqrstuvwxyz"

FIGURE = Path(".retrace/rank/rank.svg")


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Runs on one data set, or models on several, the best first.

    Attributes
    ----------
    metric, part : str
        What they are ranked by, and on which rows.
    names : list of str
        Runs, or models.
    scores : list of float
        Of each; of several data sets the mean rank, 1 the best.
    letters : list of str
        Those that share a letter cannot be told apart.
    pairs : list of (str, str, float, float)
        Of each pair the better and the worse, the difference and p after the correction.
    data_sets : list of str
        Where there are several.
    """

    metric: str
    part: str
    names: list[str]
    scores: list[float]
    letters: list[str]
    pairs: list[tuple[str, str, float, float]]
    data_sets: Sequence[str] = ()


def rank(
    runs: Annotated[list[str], typer.Argument(help="Branches, tags, commits, experiments.")],
    metric: Annotated[
        str | None, typer.Option(help="Rank by this metric.", show_default="that of params.yaml")
    ] = None,
    part: Annotated[
        Literal["test", "validation"],
        typer.Option(help="Rank on the test part, or leave it for the end."),
    ] = "test",
) -> None:
    """Rank three or more runs: every pair tested on the same rows, with Holm's correction.

    Runs on several data sets rank their models by the mean of their ranks, never of their scores.

    \b
    retrace rank main cnn-wide svm
    retrace rank wine-svm wine-knn wine-sgd adult-svm adult-knn adult-sgd
    """
    from retrace.core.artifacts import save_text
    from retrace.reporting.svg import fixed_style, svg_text
    from retrace.tools.comparison.across import rank_models
    from retrace.tools.comparison.ranking_figure import draw
    from retrace.tools.repository.sides import load_side

    sides = [load_side(name) for name in dict.fromkeys(runs)]
    several = len({side.used.get("data") for side in sides}) > 1
    ranking = (rank_models if several else rank_sides)(sides, metric, part)
    typer.echo(_text(ranking))
    with fixed_style():
        save_text(svg_text(draw(ranking)), FIGURE)
    typer.echo(f"figure: {FIGURE.as_posix()}")


def rank_sides(sides: "Sequence[Side]", metric: str | None = None, part: str = "test") -> Ranking:
    """Test all pairs of runs, and find the groups that cannot be told apart.

    Parameters
    ----------
    sides : sequence of Side
        Runs, three or more.
    metric : str, optional
        Instead of the one in params.yaml.
    part : {"test", "validation"}
        The rows that judge.

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
    comparisons = []
    for base, other in pairs:
        judgement = judge(base, other, metric=metric, use_seeds=False, part=part)
        if judgement.comparison is None:
            raise ComparisonError(f"`{base.name}` and `{other.name}`: {judgement.reason}")
        comparisons.append(judgement.comparison)
        scores |= {base.name: comparisons[-1].base, other.name: comparisons[-1].other}
    lower = comparisons[0].metric in LOWER_IS_BETTER
    names = sorted(scores, key=lambda name: scores[name] if lower else -scores[name])
    adjusted = holm([each.p_value for each in comparisons])
    told_apart, listed = set(), []
    for (base, other), each, p_value in zip(pairs, comparisons, adjusted, strict=True):
        better, worse = sorted((base.name, other.name), key=names.index)
        listed.append((better, worse, abs(each.difference), float(p_value)))
        if after_correction(each, float(p_value), len(pairs))[0].is_significant:
            told_apart.add((better, worse))
    return Ranking(
        metric=comparisons[0].metric,
        part=part,
        names=names,
        scores=[scores[name] for name in names],
        letters=letters_of(names, told_apart),
        pairs=sorted(listed, key=lambda pair: (names.index(pair[0]), names.index(pair[1]))),
    )


def letters_of(names: list[str], told_apart: set[tuple[str, str]]) -> list[str]:
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
    n_pairs, n_sets = len(ranking.pairs), len(ranking.data_sets)
    title = f"{ranking.metric} of the {ranking.part} part; runs that share a letter cannot be told apart"
    correction = f"each pair, with Holm's correction over {n_pairs}:"
    if n_sets:
        title = (
            f"mean rank by {ranking.metric} of the {ranking.part} part on {n_sets} data sets"
            f" ({', '.join(ranking.data_sets)}); models that share a letter cannot be told apart"
        )
        correction = f"each pair, by Nemenyi's test over {n_pairs} (permutations of the ranks):"
    lines = [title]
    scores = [f"{score:.2f}" if n_sets else number_text(score) for score in ranking.scores]
    lines += [
        f"  {name:<{wide}}  {score:>{max(map(len, scores))}}  {letters}"
        for name, score, letters in zip(ranking.names, scores, ranking.letters, strict=True)
    ]
    lines.append(correction)
    lines += [
        f"  {better:<{wide}} against {worse:<{wide}}  {number_text(difference)}  p = {p_value:.2g}"
        for better, worse, difference, p_value in ranking.pairs
    ]
    return "\n".join(lines)
