import dataclasses

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from retrace.core.errors import ModelError
from retrace.core.records import Column
from retrace.models.fitting import fit_model
from retrace.models.registry import build_model
from retrace.models.signature import signature_of


def test_a_fitted_model_says_what_it_takes_and_gives(params, make_dataset):
    dataset = make_dataset()
    dataset = dataclasses.replace(dataset, X=dataset.X.assign(colour=np.where(dataset.y, "red", "blue")))
    model = build_model(dataclasses.replace(params, model="gaussian_nb"), "tabular")
    fit_model(model, dataset, dataset)
    signature = signature_of(model)
    assert signature.columns == (("signal", "number"), ("noise", "number"), ("colour", "category"))
    assert (signature.classes, signature.shape) == (("a", "b"), (3,))


def test_a_model_after_steps_says_what_a_new_row_must_have(params, make_dataset):
    dataset = make_dataset()
    roles = [("noise", "feature", "date"), ("name", "input", "text"), ("signal", "made", "number")]
    columns = tuple(
        Column(name=name, role=role, kind=kind, gaps=0, distinct=9) for name, role, kind in roles
    )
    model = build_model(dataclasses.replace(params, model="gaussian_nb"), "tabular")
    fit_model(model, dataclasses.replace(dataset, columns=columns), dataset)
    signature = signature_of(model)
    assert [name for name, _ in signature.columns] == ["signal", "noise"]
    assert signature.asked == (("noise", "number"), ("name", "category"))


def test_a_model_without_a_signature_is_to_be_fitted_again():
    with pytest.raises(ModelError, match="fit it again"):
        signature_of(Pipeline([("model", "passthrough")]))
