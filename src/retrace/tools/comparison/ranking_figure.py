"""A ranking as a figure: scores, and lines that join those that cannot be told apart."""

from matplotlib.figure import Figure

from retrace.reporting.plots import BLUE, open_axes
from retrace.tools.comparison.ranking import Ranking


def draw(ranking: Ranking) -> Figure:
    """Draw each run at its score, the best on top, and beside them a line for each letter.

    Parameters
    ----------
    ranking : Ranking
        Of `retrace.tools.comparison.ranking.rank_sides`, or of models over data sets.
    """
    figure = Figure(figsize=(6.4, 1.0 + 0.34 * len(ranking.names)), layout="constrained")
    axes = figure.add_subplot()
    places = range(len(ranking.names))
    axes.plot(ranking.scores, places, "o", color=BLUE)
    axes.set_yticks(places, ranking.names)
    axes.set_ylim(len(ranking.names) - 0.5, -0.5)
    letters = sorted(set("".join(ranking.letters)))
    for column, letter in enumerate(letters):
        joined = [place for place in places if letter in ranking.letters[place]]
        # To the right of the axes, where no score is.
        x = [1.03 + 0.04 * column] * len(joined)
        axes.plot(
            x,
            joined,
            "o-",
            color="0.4",
            markersize=4,
            transform=axes.get_yaxis_transform(),
            clip_on=False,
        )
    of = f"mean rank by {ranking.metric}" if ranking.data_sets else ranking.metric
    axes.set_xlabel(f"{of}, {ranking.part} part; a line joins what cannot be told apart")
    open_axes(axes)
    return figure
