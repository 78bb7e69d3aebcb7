"""Histogram-based gradient boosting as ONNX, its thresholds in double precision.

skl2onnx rounds them to float32, so rows that lie on one go the other way.
"""

from typing import Any

import numpy as np
from onnx import ModelProto, helper
from sklearn.base import is_classifier

from retrace.tools.export import NotExportableError
from retrace.tools.export.graph import DOUBLE, FEATURES, FLOAT, INT64, ML, Graph

LEAF, SPLIT = "LEAF", "BRANCH_LEQ"


def trees_as_onnx(estimator: Any) -> ModelProto:
    """Return a HistGradientBoostingClassifier or -Regressor, from float64 ``features``.

    Raises
    ------
    NotExportableError
        It takes categories as they are.
    """
    if estimator.is_categorical_ is not None:
        raise NotExportableError(
            "its trees ask for several categories at once, which ONNX's trees do not: set"
            " models.hist_gradient_boosting.categories: one_hot, and train again"
        )
    graph = Graph()
    raw = graph.add("TreeEnsembleRegressor", FEATURES, domain=ML, **_ensemble(estimator))
    n_features = int(estimator.n_features_in_)
    inputs = {FEATURES: (DOUBLE, (n_features,))}
    if not is_classifier(estimator):
        graph.add("Identity", raw, name="value")
        return graph.model(inputs, {"value": (FLOAT, (1,))})
    wide = graph.add("Cast", raw, to=DOUBLE)
    if len(estimator.classes_) == 2:
        positive = graph.add("Sigmoid", wide)
        negative = graph.add("Sigmoid", graph.add("Neg", wide))
        shares = graph.add("Concat", negative, positive, axis=1)
    else:
        shares = graph.add("Softmax", wide, axis=1)
    graph.add("Cast", shares, to=FLOAT, name="shares")
    place = graph.add("ArgMax", shares, axis=1, keepdims=0)
    graph.add("Gather", graph.constant(estimator.classes_, np.int64), place, name="code")
    outputs = {"code": (INT64, ()), "shares": (FLOAT, (len(estimator.classes_),))}
    return graph.model(inputs, outputs)


def _ensemble(estimator: Any) -> dict[str, Any]:
    """Return the attributes of a TreeEnsembleRegressor: a tree for each round and class."""
    trees = [(k, tree.nodes) for each in estimator._predictors for k, tree in enumerate(each)]
    ids = np.concatenate([np.full(len(nodes), tree) for tree, (_, nodes) in enumerate(trees)])
    of_tree = np.concatenate([np.arange(len(nodes)) for _, nodes in trees])
    outputs = np.concatenate([np.full(len(nodes), k) for k, nodes in trees])
    nodes = np.concatenate([nodes for _, nodes in trees])
    leaf = nodes["is_leaf"].astype(bool)
    inner = np.where(leaf, 0, 1)
    return {
        "nodes_treeids": ids.tolist(),
        "nodes_nodeids": of_tree.tolist(),
        "nodes_featureids": (nodes["feature_idx"] * inner).tolist(),
        "nodes_modes": [LEAF if is_leaf else SPLIT for is_leaf in leaf],
        "nodes_values_as_tensor": _tensor(np.where(leaf, 0.0, nodes["num_threshold"]), "thresholds"),
        "nodes_truenodeids": (nodes["left"] * inner).tolist(),
        "nodes_falsenodeids": (nodes["right"] * inner).tolist(),
        "nodes_missing_value_tracks_true": (nodes["missing_go_to_left"] * inner).tolist(),
        "target_treeids": ids[leaf].tolist(),
        "target_nodeids": of_tree[leaf].tolist(),
        "target_ids": outputs[leaf].tolist(),
        "target_weights_as_tensor": _tensor(nodes["value"][leaf], "values"),
        "base_values_as_tensor": _tensor(np.ravel(estimator._baseline_prediction), "start"),
        "n_targets": int(estimator.n_trees_per_iteration_),
        "aggregate_function": "SUM",
    }


def _tensor(values: Any, name: str) -> Any:
    numbers = np.asarray(values, np.float64)
    return helper.make_tensor(name, DOUBLE, numbers.shape, numbers)
