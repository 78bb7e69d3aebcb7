"""Results in, report.md and index.html out: what a person or a pull request reads."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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


def __getattr__(name: str) -> Any:
    # Every command fills a template of its own, and would load matplotlib with the pages: a second.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    pages = name in ("draw_figures", "report_html", "report_markdown")
    return getattr(import_module(f"{__name__}.{'pages' if pages else 'results'}"), name)
