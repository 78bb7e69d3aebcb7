"""A whole Pipeline as the bytes of one ONNX file."""

import json
from collections.abc import Mapping

from onnx import ModelProto

from retrace.tools.export import NotExportableError
from retrace.tools.export.estimators import estimator_as_onnx, innermost
from retrace.tools.export.graph import FEATURES, finished, joined
from retrace.tools.export.steps import steps_as_onnx
from retrace.tools.prediction.predictor import Predictor
from retrace.tools.repository.versions import model_tags, versions

# They compute in double precision.
WIDE = {
    "GaussianNB",
    "HistGradientBoostingClassifier",
    "HistGradientBoostingRegressor",
    "SGDClassifier",
}

TEXTS = (
    "ONNX has no words as this model counts them (a word is of letters in any script, in lower case);"
    " skl2onnx's are others, which moves probabilities by up to .26"
)


def whole_as_onnx(predictor: Predictor, metadata: Mapping[str, str]) -> bytes:
    """Return a model with all steps before it: rows as they are cleaned in, answers out.

    Parameters
    ----------
    predictor : Predictor
    metadata : mapping
        What the file shall say of itself.

    Raises
    ------
    NotExportableError
        A part of it cannot be said exactly in ONNX.
    """
    return finished(_joined(predictor), metadata).SerializeToString(deterministic=True)


def _joined(predictor: Predictor) -> ModelProto:
    model, signature = predictor.model, predictor.signature
    if predictor.backbone is not None:
        raise NotExportableError(
            f"the frozen network {predictor.source.preprocess.image.backbone or ''} that makes its"
            " vectors is no part of its Pipeline".replace("  ", " ")
        )
    if signature.kind == "text":
        raise NotExportableError(TEXTS)
    estimator = model["model"]
    answers = estimator_as_onnx(estimator, signature.classes)
    if len(model.steps) == 1:  # a network that takes images
        return answers
    wide = type(innermost(estimator)).__name__ in WIDE
    return joined(steps_as_onnx(model, signature, wide=wide), answers, [FEATURES])


def metadata_of(predictor: Predictor) -> dict[str, str]:
    """Say which model it is, and of what: nothing that differs from one export of it to the next."""
    source, signature = predictor.source, predictor.signature
    named = [name for name, tag in versions(model_tags()).items() if tag.commit == source.commit]
    steps = [step.name for step in predictor.steps]
    return ({"steps": json.dumps(steps)} if steps else {}) | {
        "classes": json.dumps(signature.classes, ensure_ascii=False),
        "task": signature.task,
        "kind": signature.kind,
        "columns": json.dumps(dict(signature.columns), ensure_ascii=False),
        "model": type(predictor.model["model"]).__name__,
        "version": named[-1] if named and source.name != "workspace" else "",
        "model_md5": source.md5,
        "dvc_lock": source.lock,
        "data": source.data,
        "title": source.description.title,
        "licence": source.description.licence,
    }
