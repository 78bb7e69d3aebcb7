"""The model card, in the layout of the Hugging Face hub: from what is known, and what a person adds."""

from collections.abc import Sequence
from pathlib import Path

from retrace.evaluation.intervals import interval_text, number_text
from retrace.reporting.templating import render
from retrace.tools.prediction.predictor import Predictor
from retrace.tools.prediction.promise import Promise

TEMPLATE = Path(__file__).parent / "templates/card.md.j2"

TASKS = {
    ("classification", "tabular"): "tabular-classification",
    ("regression", "tabular"): "tabular-regression",
    ("classification", "image"): "image-classification",
    ("classification", "text"): "text-classification",
}


def model_card(
    predictor: Predictor, promise: Promise, *, onnx: str, by_hand: str, files: Sequence[str]
) -> str:
    """Write a model card.

    Parameters
    ----------
    predictor : Predictor
    promise : Promise
        The metrics on the test rows.
    onnx : str
        How well the exported model agrees, or why there is none.
    by_hand : str
        What a person wrote: data/<name>.card.md.
    files : sequence of str
        The names of the other files.
    """
    source = predictor.source
    metrics = [
        (name, number_text(value), interval_text(promise.intervals[name]))
        for name, value in promise.values.items()
    ]
    context = {
        "source": source,
        "description": source.description,
        "estimator": type(predictor.model["model"]).__name__,
        "signature": predictor.signature,
        "hub_task": TASKS.get((predictor.signature.task, predictor.kind), ""),
        "metric": promise.metric,
        "metrics": metrics,
        "confidence": 100 * promise.report.confidence,
        "n_rows": len(promise.rows),
        "onnx": onnx,
        "by_hand": by_hand.strip(),
        "files": files,
    }
    return render(TEMPLATE, context)
