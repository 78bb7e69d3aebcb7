import numpy as np
from onnx.reference import ReferenceEvaluator

from retrace.tools.export.graph import DOUBLE, Graph, finished, joined, with_outputs


def doubling(source, target):
    graph = Graph()
    graph.add("Mul", source, graph.constant(2, np.float64), name=target)
    return graph.model({source: (DOUBLE, (1,))}, {target: (DOUBLE, (1,))})


def test_joined_parts_compute_one_after_the_other():
    model = finished(joined(doubling("x", "y"), doubling("y", "z"), ["y"]), {"made": "here"})
    said = ReferenceEvaluator(model).run(None, {"x": np.array([[3.0]])})
    assert said[0].tolist() == [[12.0]]
    assert [(each.key, each.value) for each in model.metadata_props] == [("made", "here")]


def test_what_lies_between_is_numbered_whatever_it_was_called():
    first, second = (
        finished(joined(doubling("x", name), doubling(name, "z"), [name]), {}) for name in "ab"
    )
    assert first.SerializeToString() == second.SerializeToString()


def test_outputs_can_have_other_names():
    assert with_outputs(doubling("x", "y"), {"y": "twice"}).graph.output[0].name == "twice"
