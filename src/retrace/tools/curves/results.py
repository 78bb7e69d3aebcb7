"""Points of a curve as a table, as a figure, and in a sentence."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from retrace.core.records import Floats
from retrace.evaluation.intervals import number_text
from retrace.evaluation.metrics import LOWER_IS_BETTER
from retrace.reporting.plots import BLUE, ORANGE, open_axes
from retrace.tools.curves.measuring import Point

PARTS = (("training", ORANGE), ("validation", BLUE))


def table_of(points: Sequence[Point]) -> pd.DataFrame:
    """Return one row for each place of the curve: the mean, lowest and highest score of each part."""
    rows = pd.DataFrame([vars(point) for point in points])
    rows["place"] = [str(point.at) for point in points]
    places = rows.groupby("place", sort=False)
    # As they were given: 10 is not 10.0, and None is a value.
    at = pd.Series({str(point.at): point.at for point in points}, dtype=object)
    table = pd.DataFrame({"at": at, "seeds": places["seed"].count()})
    for part, _ in PARTS:
        for name, how in (("mean", "mean"), ("lowest", "min"), ("highest", "max")):
            table[f"{part}_{name}"] = places[part].agg(how)
    return table.reset_index(drop=True)


def text_of(table: pd.DataFrame, what: str, metric: str) -> str:
    """Return the table for a terminal."""
    shown = [[what, f"validation {metric}", "of the seeds", "training"]]
    for row in table.itertuples():
        scatter = f"{number_text(row.validation_lowest)} to {number_text(row.validation_highest)}"
        means = [number_text(row.validation_mean), scatter, number_text(row.training_mean)]
        shown.append([str(row.at), *means])
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in shown
    ]
    return "\n".join(lines)


def last_step(table: pd.DataFrame, metric: str, n_validation: int) -> str:
    """Say what the last rows brought, beside how far the seeds scatter."""
    if len(table) < 2:
        return ""
    before, last = table.iloc[-2], table.iloc[-1]
    sign = -1 if metric in LOWER_IS_BETTER else 1
    gain = sign * (last["validation_mean"] - before["validation_mean"])
    scatter = max(each["validation_highest"] - each["validation_lowest"] for each in (before, last))
    shape = "It still rises" if gain > scatter else "It is flat, as far as the seeds tell"
    return (
        f"From {before['at']:,} to {last['at']:,} rows: {metric} {number_text(abs(gain))}"
        f" {'better' if gain > 0 else 'worse'}; the seeds differ by {number_text(scatter)}. {shape}, on"
        f" {n_validation:,} validation rows."
    )


def best_of(table: pd.DataFrame, name: str, metric: str) -> str:
    """Name the best value, and those whose seeds reach as far."""
    lower = metric in LOWER_IS_BETTER
    means = table["validation_mean"]
    best = table.loc[means.idxmin() if lower else means.idxmax()]
    reach = table["validation_lowest"] <= best["validation_highest"]
    if not lower:
        reach = table["validation_highest"] >= best["validation_lowest"]
    alike = [str(at) for at in table["at"][reach] if str(at) != str(best["at"])]
    also = f"; within reach of its seeds: {', '.join(alike)}" if alike else ""
    score = number_text(best["validation_mean"])
    return f"Best on the validation part: {name}={best['at']} ({score}){also}."


def draw(table: pd.DataFrame, what: str, metric: str) -> Figure:
    """Draw the mean of each part as a line, and from the lowest to the highest seed as a band."""
    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.add_subplot()
    x = _places(axes, table["at"].tolist())
    for part, colour in PARTS:
        axes.plot(x, table[f"{part}_mean"], color=colour, marker="o", markersize=4, label=part)
        low, high = table[f"{part}_lowest"], table[f"{part}_highest"]
        axes.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.set(xlabel=what, ylabel=metric)
    axes.legend(frameon=False)
    open_axes(axes)
    return figure


def _places(axes: Axes, values: list[object]) -> Floats:
    """Return where values stand: numbers on a scale that fits them, others side by side."""
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        places = np.arange(len(values), dtype=np.float64)
        axes.set_xticks(places, [str(value) for value in values])
        return places
    numbers = np.array(values, dtype=np.float64)
    if (numbers > 0).all() and numbers.max() >= 8 * numbers.min():
        axes.set_xscale("log")
        axes.set_xticks(numbers, [f"{number:g}" for number in numbers], minor=False)
        axes.minorticks_off()
    return numbers
