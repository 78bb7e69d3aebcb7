import pickle
from io import BytesIO
from types import SimpleNamespace

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline

from retrace.core.errors import ArtifactError
from retrace.tools.tracking.choosing import chosen
from retrace.tools.tracking.models import put_models, save_model
from retrace.tools.tracking.runs import log_runs
from retrace.tools.tracking.store import FOLDER, open_store

# MLflow warns of itself when its models are imported, and uses pandas in a way that is to go.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*(type hint|with range)")]

X = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0]})


def files(private=False):
    """A fitted model and its validation part, as the pipeline caches them."""
    model = BytesIO()
    joblib.dump(make_pipeline(DummyClassifier()).fit(X, np.array([0, 1, 1, 1])), model)
    part = pickle.dumps(SimpleNamespace(X=X, private=private))
    return {"cache/model.joblib": model.getvalue(), "cache/validation.pkl": part}


def test_a_model_is_uploaded_once_with_signature_and_example(runs, logged):
    import mlflow.sklearn

    runs.made = files()
    runs.commit(runs.rows())
    choices = chosen(["main"], False)
    with open_store() as store:
        log_runs(store, choices)
        assert [put_models(store, choices) for _ in range(2)] == [1, 0]
    place = next(FOLDER.rglob("MLmodel")).parent
    assert place.parts[-2:] == ("artifacts", "model")
    assert mlflow.sklearn.load_model(str(place)).predict(X).tolist() == [1, 1, 1, 1]
    info = mlflow.models.get_model_info(str(place))
    assert info.signature.inputs.input_names() == ["a"]
    assert info.saved_input_example_info["type"] == "dataframe"
    assert logged()["main"].data.tags["model.uploaded"] == "model"


def test_rows_of_private_data_are_no_example(tmp_path):
    for name, content in files(private=True).items():
        (tmp_path / name.partition("/")[2]).write_bytes(content)
    save_model(tmp_path / "model.joblib", tmp_path / "validation.pkl", tmp_path / "saved")
    assert not list((tmp_path / "saved").glob("*input_example*"))


def test_what_is_no_model_is_named(tmp_path):
    (tmp_path / "model.joblib").write_bytes(b"a model")
    with pytest.raises(ArtifactError, match=r"model\.joblib cannot be loaded here"):
        save_model(tmp_path / "model.joblib", tmp_path / "model.joblib", tmp_path / "saved")
