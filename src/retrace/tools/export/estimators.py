"""A fitted estimator as ONNX: from the matrix ``features``, or images, to what it says of each row."""

import logging
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from onnx import ModelProto
from sklearn.base import is_classifier
from sklearn.frozen import FrozenEstimator

from retrace.models.fitting import MOST_PROBABLE
from retrace.tools.export import NotExportableError
from retrace.tools.export.formulas import gaussian_as_onnx, linear_as_onnx
from retrace.tools.export.graph import (
    DOUBLE,
    FEATURES,
    FLOAT,
    INT64,
    ML,
    ML_OPSET,
    OPSET,
    STRING,
    Graph,
    in_our_opset,
    joined,
    with_outputs,
)
from retrace.tools.export.networks import network_as_onnx
from retrace.tools.export.trees import trees_as_onnx

PREDICTED, PROBABILITIES = "predicted", "probabilities"

CODE, SHARES, VALUE = "code", "shares", "value"  # what an estimator itself says

# What their converter makes differs from them: rounded thresholds, targets that stay standardised.
OWN: dict[str, Callable[[Any], ModelProto]] = {
    "HistGradientBoostingClassifier": trees_as_onnx,
    "HistGradientBoostingRegressor": trees_as_onnx,
    "GaussianNB": gaussian_as_onnx,
    "SGDClassifier": linear_as_onnx,
    "TransformedTargetRegressor": lambda estimator: _in_units(estimator),
    "TorchClassifier": network_as_onnx,
    "TorchRegressor": network_as_onnx,
}


def estimator_as_onnx(estimator: Any, classes: tuple[str, ...]) -> ModelProto:
    """Return an estimator whose outputs have the names and values of report/predictions.csv.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    classes : tuple of str
        The names of the classes by code; empty for a regression.

    Raises
    ------
    NotExportableError
        No converter says it.
    """
    core = _core(estimator)
    if not is_classifier(estimator):
        value, graph = core.graph.output[0].name, Graph()
        graph.add("Reshape", value, graph.constant([-1], np.int64), name=PREDICTED)
        return joined(core, graph.model({value: (FLOAT, (1,))}, {PREDICTED: (FLOAT, ())}), [value])
    names = [classes[code] for code in estimator.classes_]
    outputs = [SHARES] if type(estimator).__name__ in MOST_PROBABLE else [SHARES, CODE]
    return joined(core, _with_names(estimator.classes_, names, outputs), outputs)


def _core(estimator: Any) -> ModelProto:
    return OWN.get(type(estimator).__name__, _by_skl2onnx)(estimator)


def _with_names(codes: Any, names: list[str], outputs: list[str]) -> ModelProto:
    """Name the class of each row: by the estimator's own code, else the most probable one."""
    graph, shape = Graph(), (FLOAT, (len(names),))
    graph.add("Identity", SHARES, name=PROBABILITIES)
    if CODE in outputs:
        code, keys = CODE, [int(each) for each in codes]
    else:
        code, keys = graph.add("ArgMax", SHARES, axis=1, keepdims=0), list(range(len(names)))
    graph.add("LabelEncoder", code, domain=ML, keys_int64s=keys, values_strings=names, name=PREDICTED)
    inputs = {SHARES: shape, CODE: (INT64, ())}
    return graph.model(
        {name: inputs[name] for name in outputs}, {PREDICTED: (STRING, ()), PROBABILITIES: shape}
    )


def innermost(estimator: Any) -> Any:
    """Return what computes, below any change of the target's scale."""
    while type(estimator).__name__ == "TransformedTargetRegressor":
        estimator = _within(estimator)
    return estimator


def _within(estimator: Any) -> Any:
    regressor = estimator.regressor_
    return regressor.estimator if isinstance(regressor, FrozenEstimator) else regressor


def _in_units(estimator: Any) -> ModelProto:
    scaler, graph = estimator.transformer_, Graph()
    core = _core(_within(estimator))
    output = core.graph.output[0].name
    on_scale = f"{output}_on_scale"
    inner = with_outputs(core, {output: on_scale})
    column = graph.add("Reshape", on_scale, graph.constant([-1, 1], np.int64))
    wide = graph.add("Cast", column, to=DOUBLE)
    if estimator.inverse_func is None:
        scaled = graph.add("Mul", wide, graph.constant(scaler.scale_, np.float64))
        moved = graph.add("Add", scaled, graph.constant(scaler.mean_, np.float64))
    else:  # a target_scale
        moved = graph.add("Exp", wide)
        if estimator.inverse_func is np.expm1:
            moved = graph.add("Sub", moved, graph.constant(1, np.float64))
    graph.add("Cast", moved, to=FLOAT, name="in_units")
    rescaled = graph.model({on_scale: (FLOAT, (1,))}, {"in_units": (FLOAT, (1,))})
    return joined(inner, rescaled, [on_scale])


def _by_skl2onnx(estimator: Any) -> ModelProto:
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    options = {id(estimator): {"zipmap": False}} if is_classifier(estimator) else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of NumPy, deep in the converter
            logging.getLogger("skl2onnx").setLevel(logging.ERROR)
            model = to_onnx(
                estimator,
                initial_types=[(FEATURES, FloatTensorType([None, int(estimator.n_features_in_)]))],
                options=options,
                target_opset={"": OPSET, ML: ML_OPSET},
            )
    except (RuntimeError, ValueError, TypeError, NotImplementedError) as error:
        message = " ".join(str(error).split())
        raise NotExportableError(
            f"skl2onnx does not convert {type(estimator).__name__}: {message[:200]}"
        ) from error
    names = [CODE, SHARES] if is_classifier(estimator) else [VALUE]
    outputs = [value.name for value in model.graph.output]
    return with_outputs(in_our_opset(model), dict(zip(outputs, names, strict=True)))
