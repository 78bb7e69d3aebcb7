"""The report's pages: figures, report.md for GitHub, index.html that opens offline."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from retrace.evaluation.dependence import MOST_ROWS
from retrace.evaluation.importance import metric_for_importance
from retrace.evaluation.intervals import interval_text, number_text
from retrace.evaluation.metrics import METRICS
from retrace.evaluation.units import RowUnits
from retrace.models.provenance import trained_on
from retrace.reporting import classification, plots, regression
from retrace.reporting.columns import column_section
from retrace.reporting.dependence import plot_dependence
from retrace.reporting.results import Results, metrics
from retrace.reporting.slices import slice_tables
from retrace.reporting.svg import fixed_style, svg_text
from retrace.reporting.templating import render, script_hash
from retrace.reporting.worst_rows import worst_rows_section

MOST_BARS = 20  # of the columns that matter

TEMPLATES = Path(__file__).with_name("templates")
SCRIPT = TEMPLATES / "sorting.js"

TASKS = {"classification": classification, "regression": regression}


def draw_figures(results: Results) -> dict[str, str]:
    """Draw what fits this model and this kind of data, as SVG texts by name."""
    with fixed_style():
        return {name: svg_text(figure) for name, figure in _figures(results).items()}


def _figures(results: Results) -> dict[str, Figure]:
    figures = TASKS[results.dataset.task].figures(results)
    if results.importance:
        metric = metric_for_importance(results.params.metric)
        figures["importance"] = plots.plot_importance(results.importance[:MOST_BARS], metric)
    if results.dependence:
        figures["dependence"] = plot_dependence(results.dependence, results.dataset.classes)
    if len(results.history):
        figures["history"] = plots.plot_history(results.history)
    return figures


def report_markdown(results: Results) -> str:
    """Write the report for GitHub: tables, and curves in Mermaid instead of uploaded images."""
    return render(TEMPLATES / "report.md.j2", _context(results))


def report_html(results: Results, figures: dict[str, str]) -> str:
    """Write the report as one page that opens offline; ``figures`` are SVG texts by name."""
    images = {
        name: "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
        for name, svg in figures.items()
    }
    script = SCRIPT.read_text()
    # The page's own script and no other may run; it holds nothing from the data.
    own = {"images": images, "script": Markup(script), "script_hash": script_hash(script)}
    return render(TEMPLATES / "index.html.j2", _context(results) | own)


def _context(results: Results) -> dict[str, Any]:
    params, test = results.params, results.dataset
    values = metrics(results)
    return TASKS[test.task].sections(results) | {
        "title": test.title,
        "data": test.name,
        "task": test.task,
        "model": results.environment["model"],
        "metric": params.metric,
        "headline": number_text(values["test"][params.metric]),
        "baseline": {"beaten": results.baseline.beaten, "sentence": _against_baseline(results)},
        "tested": _tested(results),
        "unit": results.units.kind,
        "hyperparameters": [
            (f"models.{results.environment['model']}.{name}", json.dumps(value))
            for name, value in results.environment["hyperparameters"].items()
        ],
        "importance": _importance(results),
        "dependence": {"rows": MOST_ROWS},
        "headline_interval": interval_text(results.intervals[params.metric]),
        "confidence": f"{params.report.confidence:.0%}".replace("%", " %"),
        "metrics": [
            {
                "name": name,
                "better": METRICS[name].better,
                "test": number_text(values["test"][name]),
                "interval": interval_text(interval),
                "reason": interval.reason,
                "validation": number_text(values["validation"][name]),
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
        "words": results.words,
        "worst_rows": worst_rows_section(results),
    }


def _tested(results: Results) -> str:
    n, units = len(results.dataset), results.units
    rows = f"{n:,} test rows"
    return rows if units.codes is None else f"{rows}, {units.count(n):,} {_short(units)}"


def _short(units: RowUnits) -> str:
    return {"group": "groups", "distinct row": "distinct", "block": "blocks in time"}[units.kind]


def _against_baseline(results: Results) -> str:
    baseline, classes = results.baseline, results.dataset.classes
    learned = results.predictions["validation"].y
    says = f"always {classes[np.bincount(learned).argmax()]}" if classes else "the mean"
    floor = 1 / (1 + results.params.report.resamples)
    p = f"p below {2 * floor:.1g}" if baseline.p_value <= floor else f"p = {baseline.p_value:.2g}"
    test = f"{number_text(baseline.score)} ({says}; paired permutation test, {p})"
    if baseline.beaten:
        return f"Better than a model that ignores the inputs: {test}."
    return f"No better than a model that ignores the inputs: {test}. It is of no use as it is."


def _importance(results: Results) -> dict[str, Any]:
    return {
        "metric": metric_for_importance(results.params.metric),
        "rows": [
            {
                "column": one.column,
                "value": number_text(one.value),
                "interval": interval_text(one.interval),
            }
            for one in results.importance
        ],
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
