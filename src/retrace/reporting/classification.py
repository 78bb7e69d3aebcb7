"""What a report says of a classification, beside its metrics."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from retrace.evaluation.diagnostics import (
    class_scores,
    confident_mistakes,
    confusion_matrix,
    reliability,
)
from retrace.evaluation.intervals import grouped_wilson, interval_text, wilson
from retrace.evaluation.occlusion import occlusion_maps
from retrace.reporting import curves, plots
from retrace.reporting.contents import row_contents
from retrace.reporting.results import Results
from retrace.reporting.thresholds import threshold_section

MOST_MAPS = 6  # of the mistakes, where the model looked


def figures(results: Results) -> dict[str, Figure]:
    """Draw the confusion matrix, the curves and, of images, the most confident mistakes."""
    test, dataset = results.test, results.dataset
    drawn = {
        "confusion": plots.plot_confusion(confusion_matrix(test), dataset.classes),
        "roc": curves.plot_roc(test, dataset.classes),
        "precision_recall": curves.plot_precision_recall(test, dataset.classes),
        "reliability": plots.plot_reliability(reliability(test)),
    }
    if len(dataset.classes) == 2 and (test.y == 1).any():
        drawn["gain"] = curves.plot_gain(test, dataset.classes)
    wrong = confident_mistakes(test, results.params.report.mistakes)
    if dataset.kind == "image" and len(wrong):
        captions = [f"{row['true']} taken for {row['predicted']}" for row in _mistakes(results)]
        drawn["mistakes"] = plots.plot_images(np.asarray(dataset.X)[wrong], captions)
        if results.predict is not None and not dataset.private:
            looked = wrong[:MOST_MAPS]
            maps = occlusion_maps(results.predict, dataset, looked)
            drawn["occlusion"] = plots.plot_images(np.asarray(dataset.X)[looked], captions, maps=maps)
    return drawn


def sections(results: Results) -> dict[str, Any]:
    """Return what the templates classification.md.j2 and classification.html.j2 show."""
    return {
        "classes": results.dataset.classes,
        "per_class": _per_class(results),
        "confusion": confusion_matrix(results.test).tolist(),
        "reliability": reliability(results.test).to_dict("records"),
        "threshold": threshold_section(results),
        "mistakes": _mistakes(results),
        "n_mistakes": int((results.test.y != results.test.predicted).sum()),
    }


def _per_class(results: Results) -> list[dict[str, Any]]:
    confusion = confusion_matrix(results.test)
    precision, recall, f1, support = class_scores(confusion.astype(np.float64))
    return [
        {
            "name": name,
            "precision": f"{precision[code]:.3f}",
            "recall": f"{recall[code]:.3f}",
            "recall_interval": _recall_interval(results, code),
            "f1": f"{f1[code]:.3f}",
            "support": int(support[code]),
        }
        for code, name in enumerate(results.dataset.classes)
    ]


def _recall_interval(results: Results, code: int) -> str:
    rows = results.test.y == code
    right, confidence = results.test.predicted[rows] == code, results.params.report.confidence
    if results.units.codes is None:
        return interval_text(wilson(int(right.sum()), len(right), confidence), digits=3)
    if not len(right):
        return interval_text(wilson(0, 0, confidence))
    return interval_text(grouped_wilson(right, results.units.codes[rows], confidence), digits=3)


def _mistakes(results: Results) -> list[dict[str, Any]]:
    test, dataset = results.test, results.dataset
    rows = confident_mistakes(test, results.params.report.mistakes)
    return [
        {
            "id": str(dataset.ids[row]),
            "true": dataset.classes[test.y[row]],
            "predicted": dataset.classes[test.predicted[row]],
            "confidence": f"{test.probabilities[row].max():.3f}",
            "content": content,
        }
        for row, content in zip(rows, row_contents(dataset, rows), strict=True)
    ]
