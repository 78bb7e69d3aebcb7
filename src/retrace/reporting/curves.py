"""Curves of how a model separates the classes: by their rates, and by precision and recall."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from retrace.core.records import Predictions
from retrace.evaluation.curves import Curve, gain_curve, precision_recall_curve, roc_curve
from retrace.evaluation.ranks import scored_classes
from retrace.reporting.plots import BLUE, GREY, open_axes

MOST_CLASSES = 10  # with a line of their own

COLOURS = ["#1f6fb4", "#e07b00", "#2c8a4b", "#b3364a", "#7a57a8", "#7d5a45", "#c45aa0", "#5b6b7b",
           "#9a9a1d", "#1a98a6"]  # fmt: skip


def plot_roc(test: Predictions, classes: Sequence[str]) -> Figure:
    """Draw the true by the false positive rate, of each class against the rest."""
    figure, axes = _axes("false positive rate", "true positive rate")
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="chance")
    _draw(axes, roc_curve, test, classes)
    axes.legend(frameon=False, loc="lower right", fontsize=8)
    return figure


def plot_precision_recall(test: Predictions, classes: Sequence[str]) -> Figure:
    """Draw precision by recall, of each class against the rest."""
    figure, axes = _axes("recall", "precision")
    if len(classes) == 2:
        share = float(np.mean(test.y == 1))
        axes.axhline(share, color=GREY, linestyle="--", label="chance")
    _draw(axes, precision_recall_curve, test, classes)
    axes.legend(frameon=False, loc="lower left", fontsize=8)
    return figure


def plot_gain(test: Predictions, classes: Sequence[str]) -> Figure:
    """Draw, of two classes, how much of the second is found by how many of the rows, best first."""
    figure, axes = _axes("share of the rows, the most probable first", f"share of {classes[1]} found")
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="chance")
    share = float(np.mean(test.y == 1))
    axes.plot([0, share, 1], [0, 1, 1], color=GREY, linewidth=1, label="perfect")
    x, y = gain_curve(test.probabilities[:, 1], test.y == 1)
    axes.plot(x, y, color=BLUE, linewidth=1.2, label="model")
    axes.legend(frameon=False, loc="lower right", fontsize=8)
    return figure


def _draw(axes: Axes, curve: Callable[..., Curve], test: Predictions, classes: Sequence[str]) -> None:
    codes = [code for code in scored_classes(test) if (test.y == code).any()]
    for place, code in enumerate(codes):
        x, y = curve(test.probabilities[:, code], test.y == code)
        many = len(codes) > MOST_CLASSES
        colour = BLUE if many else COLOURS[place % len(COLOURS)]
        label = None if many else classes[code]
        axes.plot(x, y, color=colour, alpha=0.3 if many else 1, linewidth=1.2, label=label)
    if len(codes) > MOST_CLASSES:
        axes.plot([], [], color=BLUE, alpha=0.5, label=f"each of {len(codes)} classes")


def _axes(x: str, y: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(4.6, 4.0), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=x, ylabel=y, xlim=(-0.01, 1.01), ylim=(-0.01, 1.03))
    open_axes(axes)
    return figure, axes
