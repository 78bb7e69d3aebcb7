"""What a report says of a regression, beside its metrics."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from retrace.evaluation.diagnostics import calibration_bins, largest_errors
from retrace.evaluation.intervals import number_text
from retrace.reporting import plots
from retrace.reporting.contents import row_contents
from retrace.reporting.results import Results

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def figures(results: Results) -> dict[str, Figure]:
    """Draw predicted against true values, and the residuals."""
    test = results.test
    drawn = {
        "predicted": plots.plot_predicted(test.y, test.predicted),
        "residuals": plots.plot_residuals(test.predicted, test.y - test.predicted),
    }
    wrong = largest_errors(test, results.params.report.mistakes)
    if results.dataset.kind == "image" and len(wrong):
        captions = [f"{row['true']}, predicted {row['predicted']}" for row in _largest(results)]
        drawn["mistakes"] = plots.plot_images(np.asarray(results.dataset.X)[wrong], captions)
    return drawn


def sections(results: Results) -> dict[str, Any]:
    """Return what the templates regression.md.j2 and regression.html.j2 show."""
    residuals = results.test.y - results.test.predicted
    bins = calibration_bins(results.test)
    return {
        "residuals": [
            {"share": f"{share:.0%}".replace("%", " %"), "value": _number(value)}
            for share, value in zip(QUANTILES, np.quantile(residuals, QUANTILES), strict=True)
        ],
        "mean_residual": _number(residuals.mean()),
        "bins": [{name: _short(name, value) for name, value in row.items()} for row in _records(bins)],
        "largest": _largest(results),
    }


def _largest(results: Results) -> list[dict[str, str]]:
    test, dataset = results.test, results.dataset
    rows = largest_errors(test, results.params.report.mistakes)
    return [
        {
            "id": str(dataset.ids[row]),
            "true": _number(test.y[row]),
            "predicted": _number(test.predicted[row]),
            "error": ("+" if test.predicted[row] > test.y[row] else "")
            + _number(test.predicted[row] - test.y[row]),
            "content": content,
        }
        for row, content in zip(rows, row_contents(dataset, rows), strict=True)
    ]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return table.to_dict("records")


def _short(name: str, value: float) -> str:
    return f"{int(value):,}" if name == "n" else _number(value)


def _number(value: float) -> str:
    return number_text(float(value)) if abs(value) >= 1000 else f"{value:.4g}"
