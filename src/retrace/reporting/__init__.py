"""Results in, report.md and index.html out: what a person or a pull request reads."""

from retrace.reporting.pages import draw_figures, report_html, report_markdown
from retrace.reporting.results import Results, confusion_table, metrics, predictions_table

__all__ = [
    "Results",
    "confusion_table",
    "draw_figures",
    "metrics",
    "predictions_table",
    "report_html",
    "report_markdown",
]
