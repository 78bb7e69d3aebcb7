"""Arrays in, a Figure out; nothing here saves or shows one."""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from retrace.core.records import Floats
from retrace.evaluation.importance import Importance

BLUE, ORANGE, GREY = "#1f6fb4", "#e07b00", "#b0b0b0"


def plot_confusion(confusion: NDArray[np.int64], classes: Sequence[str]) -> Figure:
    """Draw a confusion matrix, coloured by the share of each true class."""
    n_classes = len(classes)
    side = min(9.0, max(3.6, 0.45 * n_classes + 1.4))
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.add_subplot()
    share = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    if n_classes <= 20:
        for (true, predicted), count in np.ndenumerate(confusion):
            if count:
                colour = "white" if share[true, predicted] > 0.5 else "black"
                axes.text(
                    predicted, true, str(count), ha="center", va="center", color=colour, fontsize=9
                )
    axes.set_xticks(range(n_classes), classes, rotation=90 if max(map(len, classes)) > 3 else 0)
    axes.set_yticks(range(n_classes), classes)
    axes.set(xlabel="predicted", ylabel="true")
    return figure


def plot_history(history: pd.DataFrame) -> Figure:
    """Draw loss and, where there is one, accuracy by epoch, for training and validation rows."""
    metrics = [name for name in ("loss", "accuracy") if history[f"train_{name}"].notna().any()]
    figure = Figure(figsize=(4 * len(metrics), 3.2), layout="constrained")
    for axes, metric in zip(figure.subplots(1, len(metrics), squeeze=False)[0], metrics, strict=True):
        for part, colour in (("train", BLUE), ("validation", ORANGE)):
            if f"{part}_{metric}" in history:
                axes.plot(history["epoch"], history[f"{part}_{metric}"], color=colour, label=part)
        axes.set(xlabel="epoch", ylabel=metric)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(frameon=False)
        open_axes(axes)
    return figure


def plot_reliability(table: pd.DataFrame) -> Figure:
    """Draw how often the model is right against how sure it is; the area of a dot is its rows.

    Bars are intervals of how often it is right; bins of fewer than 10 rows have none.
    """
    figure = Figure(figsize=(4.6, 4.0), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="perfectly calibrated")
    axes.plot(table["confidence"], table["accuracy"], color=BLUE, linewidth=1)
    bars = table.dropna(subset=["low"])
    axes.vlines(bars["confidence"], bars["low"], bars["high"], color=BLUE, linewidth=1)
    size = 20 + 200 * table["n"] / table["n"].sum()
    axes.scatter(table["confidence"], table["accuracy"], s=size, color=BLUE, alpha=0.7)
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.03), ylim=(0, 1.03))
    axes.legend(frameon=False, loc="upper left")
    open_axes(axes)
    return figure


def plot_importance(importances: Sequence[Importance], metric: str) -> Figure:
    """Draw by how much a metric gets worse without each column, with intervals, the most first."""
    figure = Figure(figsize=(6.4, 1.0 + 0.3 * len(importances)), layout="constrained")
    axes = figure.add_subplot()
    place = np.arange(len(importances))[::-1]
    axes.axvline(0, color=GREY, linestyle="--")
    axes.hlines(
        place,
        [one.interval.low for one in importances],
        [one.interval.high for one in importances],
        color=BLUE,
    )
    axes.scatter([one.value for one in importances], place, color=BLUE, s=28)
    axes.set_yticks(place, [textwrap.shorten(one.column, 28, placeholder="…") for one in importances])
    axes.set(xlabel=f"{metric}: worse by so much when shuffled")
    readable_ticks(axes)
    open_axes(axes)
    return figure


def plot_predicted(true: Floats, predicted: Floats) -> Figure:
    """Draw the predicted against the true number of each row."""
    figure = Figure(figsize=(4.6, 4.0), layout="constrained")
    axes = figure.add_subplot()
    ends = [min(true.min(), predicted.min()), max(true.max(), predicted.max())]
    axes.plot(ends, ends, color=GREY, linestyle="--", label="perfect")
    axes.scatter(true, predicted, s=14, color=BLUE, alpha=_see_through(true), linewidths=0)
    axes.set(xlabel="true", ylabel="predicted")
    readable_ticks(axes)
    axes.legend(frameon=False, loc="upper left")
    open_axes(axes)
    return figure


def plot_residuals(predicted: Floats, residuals: Floats) -> Figure:
    """Draw what was missed (true less predicted) by the prediction, and how often."""
    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[3, 1])
    left.axhline(0, color=GREY, linestyle="--")
    left.scatter(predicted, residuals, s=14, color=BLUE, alpha=_see_through(residuals), linewidths=0)
    left.set(xlabel="predicted", ylabel="true less predicted")
    right.hist(residuals, bins=20, orientation="horizontal", color=BLUE, alpha=0.7)
    right.set(xlabel="rows")
    readable_ticks(left)
    for axes in (left, right):
        open_axes(axes)
    return figure


def plot_images(
    images: NDArray[np.uint8],
    captions: Sequence[str],
    columns: int = 6,
    maps: Floats | None = None,
) -> Figure:
    """Draw images of shape (n, height, width, channels) in a grid, a caption above each.

    ``maps`` of shape (n, height, width) are laid over them: red above 0, blue below.
    """
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(1.6 * columns, 2.0 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    brightest = images.max()  # of scans with few shades of grey; colours are always of 255
    for place, (axes, image, caption) in enumerate(zip(grid, images, captions, strict=False)):
        axes.imshow(
            image.squeeze(-1) if image.shape[-1] == 1 else image, cmap="gray", vmin=0, vmax=brightest
        )
        if maps is not None:
            reach = max(float(np.abs(maps[place]).max()), 1e-9)
            axes.imshow(maps[place], cmap="RdBu_r", vmin=-reach, vmax=reach, alpha=0.55)
        axes.set_title(textwrap.fill(caption, 18), fontsize=9)
    return figure


def readable_ticks(axes: Axes) -> None:
    """Keep the labels below from touching each other, and large numbers readable."""
    axes.xaxis.set_major_locator(MaxNLocator(5))
    for axis in (axes.xaxis, axes.yaxis):
        if axis is axes.xaxis or not isinstance(axis.get_major_locator(), FixedLocator):
            axis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))


def _tick(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _see_through(values: Floats) -> float:
    """Return how solid a dot is, so that thousands of them still show where most lie."""
    return float(np.clip(30 / np.sqrt(len(values)), 0.1, 0.7))


def open_axes(axes: Axes) -> None:
    """Leave out the frame above and to the right."""
    axes.spines[["top", "right"]].set_visible(False)
