"""What a report says of a classification, beside its metrics."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from retrace.core.params import Params
from retrace.evaluation.diagnostics import (
    class_scores,
    confident_mistakes,
    confusion_matrix,
    reliability,
)
from retrace.evaluation.intervals import interval_text, wilson
from retrace.reporting import plots
from retrace.reporting.results import Results


def figures(results: Results) -> dict[str, Figure]:
    """Draw the confusion matrix, the reliability and, of images, the most confident mistakes."""
    test, dataset = results.test, results.dataset
    drawn = {
        "confusion": plots.plot_confusion(confusion_matrix(test), dataset.classes),
        "reliability": plots.plot_reliability(reliability(test)),
    }
    wrong = confident_mistakes(test, results.params.report.mistakes)
    if dataset.kind == "image" and len(wrong):
        captions = [f"{row['true']} taken for {row['predicted']}" for row in _mistakes(results)]
        drawn["mistakes"] = plots.plot_images(np.asarray(dataset.X)[wrong], captions)
    return drawn


def sections(results: Results) -> dict[str, Any]:
    """Return what the templates classification.md.j2 and classification.html.j2 show."""
    return {
        "classes": results.dataset.classes,
        "per_class": _per_class(results),
        "confusion": confusion_matrix(results.test).tolist(),
        "reliability": reliability(results.test).to_dict("records"),
        "mistakes": _mistakes(results),
        "n_mistakes": int((results.test.y != results.test.predicted).sum()),
    }


def _per_class(results: Results) -> list[dict[str, Any]]:
    confusion = confusion_matrix(results.test)
    precision, recall, f1, support = class_scores(confusion.astype(np.float64))
    grouped = results.dataset.groups is not None
    return [
        {
            "name": name,
            "precision": f"{precision[code]:.3f}",
            "recall": f"{recall[code]:.3f}",
            "recall_interval": "" if grouped else _recall_interval(confusion, code, results.params),
            "f1": f"{f1[code]:.3f}",
            "support": int(support[code]),
        }
        for code, name in enumerate(results.dataset.classes)
    ]


def _recall_interval(confusion: NDArray[np.int64], code: int, params: Params) -> str:
    hits, support = int(confusion[code, code]), int(confusion[code].sum())
    return interval_text(wilson(hits, support, params.report.confidence), digits=3)


def _mistakes(results: Results) -> list[dict[str, Any]]:
    test, dataset = results.test, results.dataset
    return [
        {
            "id": str(dataset.ids[row]),
            "true": dataset.classes[test.y[row]],
            "predicted": dataset.classes[test.predicted[row]],
            "confidence": f"{test.probabilities[row].max():.3f}",
        }
        for row in confident_mistakes(test, results.params.report.mistakes)
    ]
