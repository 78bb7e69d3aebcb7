"""Results in, report.md and index.html out: what a person or a pull request reads."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from retrace import plots
from retrace.evaluation import (
    LOWER_IS_BETTER,
    class_scores,
    confident_mistakes,
    confusion_matrix,
    reliability,
    scores,
)
from retrace.intervals import Interval, score_intervals, wilson
from retrace.params import Params
from retrace.records import Dataset, Predictions
from retrace.templating import render

TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, kw_only=True)
class Results:
    """All that a report says of one model."""

    params: Params
    parts: dict[str, Dataset]
    predictions: dict[str, Predictions]
    history: pd.DataFrame
    environment: dict[str, Any]

    @property
    def test(self) -> Predictions:
        """What the model says of the test part."""
        return self.predictions["test"]


def metrics(results: Results) -> dict[str, dict[str, float]]:
    """Return the contents of metrics.json: the metrics of each part, and the rows of the test part."""
    found = {part: scores(predictions) for part, predictions in results.predictions.items()}
    found["test"]["n"] = len(results.test.y)
    return found


def predictions_table(results: Results) -> pd.DataFrame:
    """Return one row per tested row: part, id, group, hash, true and predicted class, probabilities."""
    return pd.concat([_part_table(part, results) for part in results.predictions], ignore_index=True)


def confusion_table(results: Results) -> pd.DataFrame:
    """Return the true and the predicted class of each test row, for `dvc plots`."""
    names = np.array(results.parts["test"].classes, dtype=object)
    return pd.DataFrame({"true": names[results.test.y], "predicted": names[results.test.predicted]})


def draw_figures(results: Results) -> dict[str, str]:
    """Draw what fits this model and this kind of data, as SVG texts by name."""
    with matplotlib.rc_context():
        # A user's own matplotlibrc would change the bytes, as would random ids and the date.
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"svg.hashsalt": "retrace", "svg.fonttype": "none"})
        return {name: _svg(figure) for name, figure in _figures(results).items()}


def _figures(results: Results) -> dict[str, Figure]:
    test, dataset = results.test, results.parts["test"]
    figures = {
        "confusion": plots.plot_confusion(confusion_matrix(test), dataset.classes),
        "reliability": plots.plot_reliability(reliability(test)),
    }
    if len(results.history):
        figures["history"] = plots.plot_history(results.history)
    mistakes = confident_mistakes(test, results.params.report.mistakes)
    if dataset.kind == "image" and len(mistakes):
        captions = [f"{m['true']} taken for {m['predicted']}" for m in _mistakes(results)]
        figures["mistakes"] = plots.plot_images(np.asarray(dataset.X)[mistakes], captions)
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
    params, test = results.params, results.parts["test"]
    found = metrics(results)
    intervals = score_intervals(results.test, params.report, test.groups)
    return {
        "title": test.title,
        "data": test.name,
        "model": results.environment["model"],
        "metric": params.metric,
        "headline": f"{found['test'][params.metric]:.4f}",
        "headline_interval": _interval(intervals[params.metric]),
        "confidence": f"{params.report.confidence:.0%}".replace("%", " %"),
        "grouped": test.groups is not None,
        "metrics": [
            {
                "name": name,
                "better": "lower" if name in LOWER_IS_BETTER else "higher",
                "test": f"{found['test'][name]:.4f}",
                "interval": _interval(interval),
                "validation": f"{found['validation'][name]:.4f}",
            }
            for name, interval in intervals.items()
        ],
        "n": {part: len(rows) for part, rows in results.parts.items()},
        "classes": test.classes,
        "per_class": _per_class(results),
        "confusion": confusion_matrix(results.test).tolist(),
        "reliability": reliability(results.test).to_dict("records"),
        "mistakes": _mistakes(results),
        "n_mistakes": int((results.test.y != results.test.predicted).sum()),
        "curves": _curves(results.history),
        "environment": results.environment,
    }


def _per_class(results: Results) -> list[dict[str, Any]]:
    confusion = confusion_matrix(results.test)
    precision, recall, f1, support = class_scores(confusion.astype(np.float64))
    grouped = results.parts["test"].groups is not None
    return [
        {
            "name": name,
            "precision": f"{precision[code]:.3f}",
            "recall": f"{recall[code]:.3f}",
            "recall_interval": "" if grouped else _recall_interval(confusion, code, results.params),
            "f1": f"{f1[code]:.3f}",
            "support": int(support[code]),
        }
        for code, name in enumerate(results.parts["test"].classes)
    ]


def _recall_interval(confusion: np.ndarray, code: int, params: Params) -> str:
    hits, support = int(confusion[code, code]), int(confusion[code].sum())
    return _interval(wilson(hits, support, params.report.confidence), digits=3)


def _mistakes(results: Results) -> list[dict[str, Any]]:
    test, dataset = results.test, results.parts["test"]
    return [
        {
            "id": str(dataset.ids[row]),
            "true": dataset.classes[test.y[row]],
            "predicted": dataset.classes[test.predicted[row]],
            "confidence": f"{test.probabilities[row].max():.3f}",
        }
        for row in confident_mistakes(test, results.params.report.mistakes)
    ]


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
    ]


def _part_table(part: str, results: Results) -> pd.DataFrame:
    dataset, predictions = results.parts[part], results.predictions[part]
    names = np.array(dataset.classes, dtype=object)
    columns: dict[str, Any] = {
        "part": [part] * len(dataset),
        "id": dataset.ids,
        "group": [""] * len(dataset) if dataset.groups is None else dataset.groups,
        "row_hash": [f"{value:016x}" for value in dataset.row_hash],
        "true": names[predictions.y],
        "predicted": names[predictions.predicted],
    }
    for code, name in enumerate(dataset.classes):
        columns[f"p_{name}"] = predictions.probabilities[:, code]
    return pd.DataFrame(columns)


def _interval(interval: Interval, digits: int = 4) -> str:
    if np.isnan(interval.low):
        return "no estimate"
    return f"{interval.low:.{digits}f} to {interval.high:.{digits}f}"
