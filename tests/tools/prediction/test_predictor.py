import dataclasses

import numpy as np
import pytest

from retrace.core.errors import ArtifactError
from retrace.core.records import Predictions
from retrace.tools.prediction.predictor import load_predictor, named


def test_a_model_is_loaded_once_and_knows_its_columns(make_source, examples):
    source, _ = make_source("wine", examples, "gaussian_nb")
    predictor = load_predictor(source)
    assert load_predictor(dataclasses.replace(source)) is predictor
    assert list(predictor.columns)[:2] == ["alcohol", "malic_acid"]
    assert set(predictor.columns.values()) == {"number"}
    assert predictor.known == {}


def test_a_damaged_model_is_one_line(make_source, examples):
    source, _ = make_source("wine", examples, "gaussian_nb")
    source.path.write_bytes(b"no model")
    with pytest.raises(ArtifactError, match=r"the model of 'made' cannot be loaded .*damaged"):
        load_predictor(dataclasses.replace(source, md5="another"))


def test_classes_have_their_names_and_a_regression_has_none():
    said = Predictions(
        y=np.zeros(2), predicted=np.array([1, 0]), probabilities=np.array([[0, 1], [1, 0]])
    )
    table = named(said, ("a", "b"))
    assert table["predicted"].tolist() == ["b", "a"]
    assert table.columns.tolist() == ["predicted", "p_a", "p_b"]
    numbers = dataclasses.replace(said, predicted=np.array([1.5, 2.5]))
    assert named(numbers, ()).columns.tolist() == ["predicted"]
