"""The section "Threshold": of two classes, what comes of other thresholds than one half."""

from typing import Any

from retrace.core.params import Costs
from retrace.evaluation.curves import AtThreshold, at_threshold, choose_threshold
from retrace.evaluation.intervals import grouped_wilson, interval_text, wilson
from retrace.reporting.results import Results

SHOWN = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def threshold_section(results: Results) -> dict[str, Any] | None:
    """Return the rows of the table, or None where there are not two classes.

    The threshold in use is chosen on the validation part, as ``report.threshold`` says, and judged with
    all others on the test part.
    """
    classes = results.dataset.classes
    if len(classes) != 2:
        return None
    rule = results.params.report.threshold
    validation = results.predictions["validation"]
    chosen = choose_threshold(validation.probabilities[:, 1], validation.y == 1, rule)
    test, positive = results.test, results.test.y == 1
    points = [
        at_threshold(test.probabilities[:, 1], positive, threshold)
        for threshold in sorted({*SHOWN, chosen})
    ]
    return {
        "positive": classes[1],
        "how": _how(rule),
        "chosen": f"{chosen:.3g}",
        "costs": isinstance(rule, Costs),
        "rows": [_row(each, chosen, results) for each in points],
    }


def _how(rule: Any) -> str:
    if isinstance(rule, Costs):
        return (
            f"lowest cost on the validation part, {rule.false_positive:g} for each wrongly taken and"
            f" {rule.false_negative:g} for each missed"
        )
    return "highest F1 on the validation part" if rule == "f1" else "as params.yaml says"


def _row(point: AtThreshold, chosen: float, results: Results) -> dict[str, Any]:
    rule = results.params.report.threshold
    row = {
        "chosen": point.threshold == chosen,
        "threshold": f"{point.threshold:.3g}",
        "taken": f"{point.taken:,}",
        "precision": f"{point.precision:.3f}",
        "recall": f"{point.recall:.3f}",
        "recall_interval": _recall_interval(point, results),
        "f1": f"{point.f1:.3f}",
        "false_positives": f"{point.false_positives:,}",
        "false_negatives": f"{point.false_negatives:,}",
    }
    if isinstance(rule, Costs):
        cost = rule.false_positive * point.false_positives + rule.false_negative * point.false_negatives
        row["cost"] = f"{cost:,.6g}"
    return row


def _recall_interval(point: AtThreshold, results: Results) -> str:
    positive, codes = results.test.y == 1, results.units.codes
    confidence = results.params.report.confidence
    hit = results.test.probabilities[positive, 1] >= point.threshold
    if codes is None or not len(hit):
        return interval_text(wilson(int(hit.sum()), len(hit), confidence), 3)
    return interval_text(grouped_wilson(hit, codes[positive], confidence), 3)
