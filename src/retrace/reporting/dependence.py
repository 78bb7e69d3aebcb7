"""Charts of what a model says by the values of a column."""

import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from retrace.core.records import Floats
from retrace.evaluation.dependence import Dependence
from retrace.reporting.curves import COLOURS
from retrace.reporting.plots import open_axes, readable_ticks

MOST_CLASSES = 6  # with a line of their own: those that change most


def plot_dependence(dependences: Sequence[Dependence], classes: Sequence[str]) -> Figure:
    """Draw a chart for each column, two beside each other: a line of numbers, dots of categories.

    Of two classes the probability of the second is drawn, of more those of at most six.
    """
    n_rows = -(-len(dependences) // 2)
    figure = Figure(figsize=(8, 2.8 * n_rows), layout="constrained")
    grid = figure.subplots(n_rows, 2, squeeze=False).ravel()
    codes = _codes(dependences, classes)
    for axes in grid[len(dependences) :]:
        axes.set_axis_off()
    for axes, each in zip(grid, dependences, strict=False):
        for place, code in enumerate(codes):
            label = classes[code] if classes else None
            _draw(axes, each, each.answers[:, code], COLOURS[place], label)
        axes.set_title(textwrap.shorten(str(each.column), 40, placeholder="…"), fontsize=10)
        open_axes(axes)
    if classes:
        grid[0].legend(frameon=False, fontsize=8)
    return figure


def _codes(dependences: Sequence[Dependence], classes: Sequence[str]) -> list[int]:
    if len(classes) <= 2:
        return [len(classes) - 1 if classes else 0]
    reach = sum(each.answers.max(axis=0) - each.answers.min(axis=0) for each in dependences)
    return sorted(sorted(range(len(classes)), key=lambda code: -reach[code])[:MOST_CLASSES])


def _draw(axes: Axes, each: Dependence, answers: Floats, colour: str, label: str | None) -> None:
    if each.numeric:
        axes.plot(each.levels, answers, color=colour, marker="o", markersize=3, label=label)
        readable_ticks(axes)
        return
    places = range(len(each.levels))[::-1]
    axes.scatter(answers, places, color=colour, s=24, label=label)
    names = [textwrap.shorten(str(value), 24, placeholder="…") for value in each.levels]
    axes.set_yticks(places, names, fontsize=8)
