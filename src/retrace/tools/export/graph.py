"""The parts of an ONNX graph: built by hand, joined, and named the same in every process."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike
from onnx import GraphProto, ModelProto, NodeProto, compose, helper, numpy_helper

# What ONNX Runtime and both converters know; one for all parts, since they are joined.
OPSET, ML_OPSET, IR_VERSION = 20, 3, 10

ML = "ai.onnx.ml"

FLOAT, DOUBLE, INT64 = onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE, onnx.TensorProto.INT64
UINT8, STRING = onnx.TensorProto.UINT8, onnx.TensorProto.STRING

ROWS = "rows"  # the dynamic dimension

FEATURES = "features"  # between the steps before a model and the model

IMAGES = "images"


@dataclass
class Graph:
    """Nodes and constants in the order in which they were added."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def add(
        self, operator: str, *inputs: str, domain: str = "", name: str = "", **attributes: Any
    ) -> str:
        """Add a node with one output, and return its name."""
        output = name or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def constant(self, values: ArrayLike, dtype: Any) -> str:
        """Add a constant, and return its name."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype=dtype), name))
        return name

    def model(
        self,
        inputs: Mapping[str, tuple[int, Sequence[int]]],
        outputs: Mapping[str, tuple[int, Sequence[int]]],
    ) -> ModelProto:
        """Return a model; inputs and outputs have a type and the shape of one row."""
        graph = helper.make_graph(
            self.nodes, "retrace", _values(inputs), _values(outputs), initializer=self.constants
        )
        return in_our_opset(helper.make_model(graph, opset_imports=_opsets()))


def in_our_opset(model: ModelProto) -> ModelProto:
    """Say of a part that it is of the versions that all parts share."""
    del model.opset_import[:]
    model.opset_import.extend(_opsets())
    model.ir_version = IR_VERSION
    return model


def with_outputs(model: ModelProto, names: Mapping[str, str]) -> ModelProto:
    """Give outputs of a model other names."""
    for value in model.graph.output:
        new = names.get(value.name, value.name)
        if new != value.name:
            model.graph.node.append(helper.make_node("Identity", [value.name], [new]))
            value.name = new
    return model


def joined(first: ModelProto, second: ModelProto, names: Sequence[str]) -> ModelProto:
    """Feed outputs of a model to the inputs of those names of another one."""
    first = compose.add_prefix(first, "a_", rename_inputs=False, rename_outputs=False)
    second = compose.add_prefix(second, "b_", rename_inputs=False, rename_outputs=False)
    return compose.merge_models(first, second, io_map=[(name, name) for name in names])


def finished(model: ModelProto, metadata: Mapping[str, str]) -> ModelProto:
    """Return a model whose bytes are the same in every run: no paths, no numbered names, no versions."""
    graph = model.graph
    kept = {value.name for value in (*graph.input, *graph.output)}
    _rename(graph, {name: name for name in kept}, iter(range(10**9)))
    del graph.value_info[:]
    clean = helper.make_model(graph, opset_imports=_opsets(), producer_name="retrace")
    clean.ir_version = IR_VERSION
    helper.set_model_props(clean, dict(metadata))
    onnx.checker.check_model(clean)
    return clean


def _values(named: Mapping[str, tuple[int, Sequence[int]]]) -> list[Any]:
    return [
        helper.make_tensor_value_info(name, kind, [ROWS, *shape])
        for name, (kind, shape) in named.items()
    ]


def _opsets() -> list[Any]:
    return [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)]


def _rename(graph: GraphProto, names: dict[str, str], numbers: Any) -> None:
    """Give what lies between inputs and outputs a number, in inner graphs too."""
    graph.name, graph.doc_string = "retrace", ""
    del graph.metadata_props[:]
    for value in graph.initializer:
        value.name = names.setdefault(value.name, f"n{next(numbers)}")
        value.doc_string = ""
    for node in graph.node:
        node.doc_string, node.name = "", ""
        del node.metadata_props[:]
        node.input[:] = [names.get(name, name) for name in node.input]
        for inner in _inner(node):
            own = {value.name: f"n{next(numbers)}" for value in (*inner.input, *inner.output)}
            for value in (*inner.input, *inner.output):
                value.name = own[value.name]
            _rename(inner, names | own, numbers)
        node.output[:] = [name and names.setdefault(name, f"n{next(numbers)}") for name in node.output]


def _inner(node: NodeProto) -> Iterable[GraphProto]:
    return (each.g for each in node.attribute if each.type == onnx.AttributeProto.GRAPH)
