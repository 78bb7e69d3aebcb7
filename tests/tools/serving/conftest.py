import io
import json

import pytest
from starlette.testclient import TestClient

from fitted_models import fitted
from made_datasets import image_dataset, mixed_dataset, text_dataset
from retrace.tools.serving import Settings
from retrace.tools.serving.application import make_application
from retrace.tools.serving.model import Served


class Made:
    """Holds a model that was fitted a moment ago."""

    problem = ""

    def __init__(self, predictor):
        self.served = Served(predictor=predictor, promise=None)
        self.next = None

    def reload(self):
        if self.next is None:
            return False
        self.served, self.next = Served(predictor=self.next, promise=None), None
        return True


@pytest.fixture(scope="session")
def made():
    return Made


@pytest.fixture(scope="session")
def predictors(params):
    return {
        "table": fitted(params, mixed_dataset(), "logistic_regression"),
        "numbers": fitted(params, mixed_dataset("regression"), "ridge"),
        "images": fitted(params, image_dataset(), "logistic_regression"),
        "texts": fitted(params, text_dataset(), "logistic_regression"),
    }


@pytest.fixture
def serve(predictors):
    """Return a client of a server of one of the models."""

    def serve(kind="table", **settings):
        client = TestClient(application(predictors[kind][0], **settings), raise_server_exceptions=False)
        client.log = client.app.state.server.log
        return client

    return serve


def application(predictor, **settings):
    return make_application(Made(predictor), Settings(**settings), log=io.StringIO())


@pytest.fixture(scope="session")
def rows(predictors):
    """Rows of each model as JSON."""
    tables = {kind: predictors[kind][1].X for kind in ("table", "numbers")}
    return {
        **{
            kind: json.loads(X.to_json(orient="records", double_precision=15))
            for kind, X in tables.items()
        },
        "images": [image[..., 0].tolist() for image in predictors["images"][1].X],
        "texts": predictors["texts"][1].X.tolist(),
    }
