import pytest
from sklearn.preprocessing import PowerTransformer

from exported_models import fitted
from made_datasets import mixed_dataset
from retrace.tools.export import NotExportableError
from retrace.tools.export.steps import steps_as_onnx


def test_a_step_of_ones_own_is_named(params):
    predictor, _ = fitted(params, mixed_dataset(), "gaussian_nb")
    predictor.model.steps.insert(1, ("bend", PowerTransformer()))
    with pytest.raises(NotExportableError, match="its step PowerTransformer is none of SimpleImputer"):
        steps_as_onnx(predictor.model, predictor.signature, wide=False)


def test_a_column_has_an_input_of_its_name(params):
    predictor, _ = fitted(params, mixed_dataset(), "gaussian_nb")
    model = steps_as_onnx(predictor.model, predictor.signature, wide=False)
    assert [value.name for value in model.graph.input] == list(predictor.columns)
