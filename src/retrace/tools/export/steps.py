"""The steps before a model as ONNX: gaps, scales, categories, pixels, the choice of features.

They are computed in double precision, as scikit-learn does; the model gets float32.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from onnx import ModelProto
from sklearn.pipeline import Pipeline

from retrace.models.signature import Signature
from retrace.tools.export import NotExportableError
from retrace.tools.export.graph import DOUBLE, FEATURES, FLOAT, IMAGES, ML, STRING, UINT8, Graph

GAP = ""  # a gap in a column of categories; in one of numbers it is NaN


def steps_as_onnx(model: Pipeline, signature: Signature, *, wide: bool) -> ModelProto:
    """Return the steps before a model, from named inputs to the matrix ``features``.

    Parameters
    ----------
    model : Pipeline
        Fitted.
    signature : Signature
        Of it: a table has an input for each column, images have one of uint8.
    wide : bool
        Whether the model takes float64, instead of float32.

    Raises
    ------
    NotExportableError
        There is a step of which this knows nothing.
    """
    graph, steps = Graph(), dict(model.named_steps)
    del steps["model"]
    if signature.kind == "tabular":
        inputs: dict[str, tuple[int, tuple[int, ...]]] = {
            name: (DOUBLE if kind == "number" else STRING, (1,)) for name, kind in signature.columns
        }
        features = _encode(graph, steps.pop("encode"))
    else:
        inputs = {IMAGES: (UINT8, signature.shape)}
        if steps.pop("flatten", None) is None:
            raise NotExportableError(f"a step before the model is none of {', '.join(STEPS)}")
        pixels = graph.add("Cast", IMAGES, to=DOUBLE)
        shape = graph.constant([-1, math.prod(signature.shape)], np.int64)
        features = graph.add("Reshape", pixels, shape)
    for step in steps.values():
        features = _step(graph, features, step)
    kind = DOUBLE if wide else FLOAT
    graph.add("Cast", features, to=kind, name=FEATURES)
    return graph.model(inputs, {FEATURES: (kind, (int(model["model"].n_features_in_),))})


def _step(graph: Graph, X: str, step: Any) -> str:
    build = STEPS.get(type(step).__name__)
    if build is None:
        raise NotExportableError(f"its step {type(step).__name__} is none of {', '.join(STEPS)}")
    return build(graph, X, step)


def _encode(graph: Graph, encode: Any) -> str:
    blocks = []
    for name, fitted, columns in encode.transformers_:
        if name == "numbers" and len(columns):
            numbers = graph.add("Concat", *columns, axis=1)
            for _, step in fitted.steps:
                numbers = _step(graph, numbers, step)
            blocks.append(numbers)
        elif name == "categories" and len(columns):
            blocks += [_one_hot(graph, column, *levels) for column, levels in _levels(fitted, columns)]
    return graph.add("Concat", *blocks, axis=1)


def _levels(encoder: Any, columns: Any) -> Any:
    """Yield each column with the position of each of its values, and how many columns they become."""
    rare = getattr(encoder, "infrequent_categories_", None) or [None] * len(columns)
    for column, levels, infrequent in zip(columns, encoder.categories_, rare, strict=True):
        together = set() if infrequent is None else set(map(_text, infrequent))
        frequent = [text for text in map(_text, levels) if text not in together]
        places = {text: place for place, text in enumerate(frequent)}
        places |= dict.fromkeys(sorted(together), len(frequent))
        yield column, (places, len(frequent) + bool(together), bool(together))


def _text(level: Any) -> str:
    return GAP if pd.isna(level) else str(level)


def _one_hot(graph: Graph, column: str, places: dict[str, int], width: int, has_rare: bool) -> str:
    # What no training row had counts as rare; where nothing is rare, as nothing: beyond the last column.
    codes = graph.add(
        "LabelEncoder",
        column,
        domain=ML,
        keys_strings=list(places),
        values_int64s=list(places.values()),
        default_int64=width - 1 if has_rare else width,
    )
    off_and_on = graph.constant([0, 1], np.float32)
    ones = graph.add("OneHot", codes, graph.constant(width, np.int64), off_and_on, axis=1)
    flat = graph.add("Reshape", ones, graph.constant([-1, width], np.int64))
    return graph.add("Cast", flat, to=DOUBLE)


def _impute(graph: Graph, X: str, step: Any) -> str:
    filled = _filled(graph, X, np.nan_to_num(np.asarray(step.statistics_, np.float64)))
    gappy = step.indicator_.features_ if step.add_indicator else []
    if not len(gappy):
        return filled
    gaps = graph.add("Gather", graph.add("IsNaN", X), graph.constant(gappy, np.int64), axis=1)
    return graph.add("Concat", filled, graph.add("Cast", gaps, to=DOUBLE), axis=1)


def _filled(graph: Graph, X: str, values: Any) -> str:
    return graph.add("Where", graph.add("IsNaN", X), graph.constant(values, np.float64), X)


def _fill_empty(graph: Graph, X: str, step: Any) -> str:
    if not step.empty_.any():
        return X
    zero = graph.constant(0, np.float64)
    return graph.add("Where", graph.constant(step.empty_, np.bool_), zero, X)


def _standard(graph: Graph, X: str, step: Any) -> str:
    return _moved(graph, X, step.mean_, step.scale_)


def _robust(graph: Graph, X: str, step: Any) -> str:
    return _moved(graph, X, step.center_, step.scale_)


def _moved(graph: Graph, X: str, centre: Any, scale: Any) -> str:
    centred = graph.add("Sub", X, graph.constant(centre, np.float64))
    return graph.add("Div", centred, graph.constant(scale, np.float64))


def _minmax(graph: Graph, X: str, step: Any) -> str:
    scaled = graph.add("Mul", X, graph.constant(step.scale_, np.float64))
    return graph.add("Add", scaled, graph.constant(step.min_, np.float64))


def _all_alike(graph: Graph, X: str, step: Any) -> str:
    return _step(graph, X, step.scaler_)


def _select(graph: Graph, X: str, step: Any) -> str:
    return graph.add("Gather", X, graph.constant(step.get_support(indices=True), np.int64), axis=1)


STEPS: dict[str, Callable[[Graph, str, Any], str]] = {
    "SimpleImputer": _impute,
    "AllAlike": _all_alike,
    "FillEmptyColumns": _fill_empty,
    "StandardScaler": _standard,
    "RobustScaler": _robust,
    "MinMaxScaler": _minmax,
    "SelectKBest": _select,
}
