"""The report's pages: figures, report.md for GitHub, index.html that opens offline."""

import base64
import io
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from retrace.evaluation.intervals import interval_text
from retrace.evaluation.metrics import METRICS
from retrace.models.provenance import trained_on
from retrace.reporting import classification, plots, regression
from retrace.reporting.columns import column_section
from retrace.reporting.results import Results, metrics
from retrace.reporting.slices import slice_tables
from retrace.reporting.templating import render

TEMPLATES = Path(__file__).with_name("templates")

TASKS = {"classification": classification, "regression": regression}


def draw_figures(results: Results) -> dict[str, str]:
    """Draw what fits this model and this kind of data, as SVG texts by name."""
    with matplotlib.rc_context():
        # A user's own matplotlibrc would change the bytes, as would random ids and the date.
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"svg.hashsalt": "retrace", "svg.fonttype": "none"})
        # A name from the data is no formula, whatever dollar signs are in it.
        matplotlib.rcParams["text.parse_math"] = False
        return {name: _svg(figure) for name, figure in _figures(results).items()}


def _figures(results: Results) -> dict[str, Figure]:
    figures = TASKS[results.dataset.task].figures(results)
    if len(results.history):
        figures["history"] = plots.plot_history(results.history)
    return figures


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def report_markdown(results: Results) -> str:
    """Write the report for GitHub: tables, and curves in Mermaid instead of uploaded images."""
    return render(TEMPLATES / "report.md.j2", _context(results))


def report_html(results: Results, figures: dict[str, str]) -> str:
    """Write the report as one page that opens offline; ``figures`` are SVG texts by name."""
    images = {
        name: "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
        for name, svg in figures.items()
    }
    return render(TEMPLATES / "index.html.j2", _context(results) | {"images": images})


def _context(results: Results) -> dict[str, Any]:
    params, test = results.params, results.dataset
    values = metrics(results)
    return TASKS[test.task].sections(results) | {
        "title": test.title,
        "data": test.name,
        "task": test.task,
        "model": results.environment["model"],
        "metric": params.metric,
        "headline": f"{values['test'][params.metric]:.4f}",
        "headline_interval": interval_text(results.intervals[params.metric]),
        "confidence": f"{params.report.confidence:.0%}".replace("%", " %"),
        "grouped": test.groups is not None,
        "metrics": [
            {
                "name": name,
                "better": METRICS[name].better,
                "test": f"{values['test'][name]:.4f}",
                "interval": interval_text(interval),
                "validation": f"{values['validation'][name]:.4f}",
            }
            for name, interval in results.intervals.items()
        ],
        "n": {part: len(rows) for part, rows in results.parts.items()},
        "curves": _curves(results.history),
        "environment": results.environment,
        "trained_on": trained_on(results.environment["hardware"]),
        "notes": test.notes,
        "columns": column_section(test),
        "warnings": results.data_checks["warnings"],
        "checked": results.data_checks["checked"],
        "slices": slice_tables(results),
    }


def _curves(history: pd.DataFrame, points: int = 30) -> list[dict[str, Any]]:
    """Thin a training history out to what a small chart can show."""
    if history.empty:
        return []
    rows = np.unique(np.linspace(0, len(history) - 1, points).round().astype(int))
    shown = history.iloc[rows]
    return [
        {
            "metric": metric,
            "epochs": shown["epoch"].tolist(),
            "lines": [
                [round(value, 4) for value in shown[f"{part}_{metric}"]]
                for part in ("train", "validation")
            ],
        }
        for metric in ("loss", "accuracy")
        if shown[f"train_{metric}"].notna().all()
    ]
