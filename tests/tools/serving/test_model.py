import numpy as np
import pandas as pd
import pytest

from retrace.core.errors import ModelError
from retrace.tools.prediction.inputs import Read
from retrace.tools.serving.model import Served, answer_together, stacked


class Picky:
    """Refuses rows that hold a 13."""

    def answer(self, X):
        if 13 in X:
            raise ModelError("13")
        from retrace.core.records import Predictions

        return Predictions(y=X, predicted=X * 10, probabilities=np.empty((len(X), 0)))


def test_the_one_whose_rows_are_refused_is_the_one_that_hears_of_it():
    requests = [[Read(ids=[0], X=np.array([n]))] for n in (1, 13, 2)]
    said = answer_together(Picky(), requests)
    assert [each.predicted.tolist() for each in said[::2]] == [[10], [20]]
    assert isinstance(said[1], ModelError)


def test_each_gets_as_many_answers_as_it_has_rows():
    requests = [[Read(ids=[0, 1], X=np.array([1, 2]))], [Read(ids=[0], X=np.array([3]))]]
    assert [each.predicted.tolist() for each in answer_together(Picky(), requests)] == [[10, 20], [30]]


def test_rows_beside_each_other_stay_what_they_are():
    parts = [
        pd.DataFrame({"n": [1], "c": np.array(["007"], dtype=object)}),
        pd.DataFrame({"n": [np.nan], "c": np.array([np.nan], dtype=object)}),
    ]
    table = stacked(parts)
    assert table["n"].dtype == np.float64
    assert table["c"].tolist()[0] == "007"


@pytest.mark.slow
def test_an_onnx_file_of_the_same_model_answers_and_one_of_another_is_refused(published, tmp_path):
    from retrace.tools.serving.model import load_served

    path = tmp_path / "wine.onnx"
    published.retrace("export", "--output", str(path), "--model", "v1.0.0")
    with published.at_home():
        served = load_served("v1.0.0", path)
        plain = Served(predictor=served.predictor, promise=None)
        X = pd.DataFrame({name: [1.0] for name in served.predictor.columns})
        off = served.answer(X).probabilities - plain.answer(X).probabilities
        assert 0 < np.abs(off).max() < 1e-5
        path.write_bytes(path.read_bytes().replace(served.source.md5.encode(), b"0" * 32))
        with pytest.raises(ModelError, match="is of another model than"):
            load_served("v1.0.0", path)
