"""Models whose formula is short, in double precision.

skl2onnx's are of float32: where such a model is sure, classes have the same probability, and variances
of next to nothing cancel out.
"""

from typing import Any

import numpy as np
from onnx import ModelProto

from retrace.tools.export import NotExportableError
from retrace.tools.export.graph import DOUBLE, FEATURES, FLOAT, INT64, Graph


def linear_as_onnx(estimator: Any) -> ModelProto:
    """Return an SGDClassifier of the logistic loss, from float64 ``features``.

    Raises
    ------
    NotExportableError
        It has another loss.
    """
    if estimator.loss != "log_loss":
        raise NotExportableError(
            f"of SGDClassifier only the loss log_loss is exported, its own is {estimator.loss}"
        )
    graph = Graph()
    product = graph.add("MatMul", FEATURES, graph.constant(estimator.coef_.T, np.float64))
    scores = graph.add("Add", product, graph.constant(estimator.intercept_, np.float64))
    each = _logistic(graph, scores)
    if len(estimator.classes_) == 2:
        opposite = graph.add("Sub", graph.constant(1, np.float64), each)
        shares = graph.add("Concat", opposite, each, axis=1)
        scores = graph.add("Concat", graph.add("Neg", scores), scores, axis=1)
    else:
        total = graph.add("ReduceSum", each, graph.constant([1], np.int64), keepdims=1)
        shares = graph.add("Div", each, total)
    return _answers(graph, estimator, scores, shares)


def _logistic(graph: Graph, scores: str) -> str:
    # Not `Sigmoid`: ONNX Runtime's is 0 from -18 on, and shares of nothing but zeros are none.
    one = graph.constant(1, np.float64)
    small = graph.add("Exp", graph.add("Neg", graph.add("Abs", scores)))
    above = graph.add("Div", one, graph.add("Add", one, small))
    below = graph.add("Div", small, graph.add("Add", one, small))
    return graph.add("Where", graph.add("Less", scores, graph.constant(0, np.float64)), below, above)


def gaussian_as_onnx(estimator: Any) -> ModelProto:
    """Return a GaussianNB, from float64 ``features``."""
    graph, n_features = Graph(), int(estimator.n_features_in_)
    wide = graph.add("Reshape", FEATURES, graph.constant([-1, 1, n_features], np.int64))
    off = graph.add("Sub", wide, graph.constant(estimator.theta_, np.float64))
    shares = graph.add("Div", graph.add("Mul", off, off), graph.constant(estimator.var_, np.float64))
    distance = graph.add("ReduceSum", shares, graph.constant([2], np.int64), keepdims=0)
    halved = graph.add("Mul", distance, graph.constant(-0.5, np.float64))
    start = np.log(estimator.class_prior_) - 0.5 * np.log(2 * np.pi * estimator.var_).sum(axis=1)
    scores = graph.add("Add", halved, graph.constant(start, np.float64))
    probabilities = graph.add("Softmax", scores, axis=1)
    return _answers(graph, estimator, scores, probabilities)


def _answers(graph: Graph, estimator: Any, scores: str, shares: str) -> ModelProto:
    graph.add("Cast", shares, to=FLOAT, name="shares")
    place = graph.add("ArgMax", scores, axis=1, keepdims=0)
    graph.add("Gather", graph.constant(estimator.classes_, np.int64), place, name="code")
    outputs = {"code": (INT64, ()), "shares": (FLOAT, (len(estimator.classes_),))}
    return graph.model({FEATURES: (DOUBLE, (int(estimator.n_features_in_),))}, outputs)
