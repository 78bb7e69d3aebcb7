import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

from retrace.tools.export import NotExportableError
from retrace.tools.export.estimators import estimator_as_onnx

X, Y = np.arange(12.0).reshape(6, 2), np.array([0, 1, 2, 0, 1, 2])


def test_outputs_have_the_names_of_the_report():
    model = estimator_as_onnx(LogisticRegression().fit(X, Y), ("a", "b", "c"))
    assert sorted(value.name for value in model.graph.output) == ["predicted", "probabilities"]


def test_an_estimator_that_no_converter_knows_is_named():
    with pytest.raises(NotExportableError, match="skl2onnx does not convert DummyClassifier"):
        estimator_as_onnx(DummyClassifier().fit(X, Y), ("a", "b", "c"))
