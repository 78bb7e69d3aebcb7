import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from fitted_models import fitted
from made_datasets import mixed_dataset
from retrace.core.records import Predictions
from retrace.evaluation.bootstrap import score_intervals
from retrace.evaluation.metrics import scores
from retrace.tools.prediction.promise import Promise
from retrace.tools.release.card import model_card
from retrace.tools.repository.predictions import PredictedRows


@pytest.fixture
def promise(params):
    y = np.arange(60) % 3
    said = Predictions(y=y, predicted=np.where(y == 2, 1, y), probabilities=np.full((60, 3), 1 / 3))
    report = dataclasses.replace(params.report, resamples=100)
    rows = PredictedRows(
        name="made",
        part="test",
        keys=pa.table({"id": y}),
        groups=None,
        classes=("no", "yes", "maybe"),
        predictions=said,
    )
    return Promise(
        metric="accuracy",
        values=scores(said),
        intervals=score_intervals(said, report),
        rows=rows,
        report=report,
    )


def test_the_card_says_what_is_known_and_what_a_person_added(params, promise):
    predictor, _ = fitted(params, mixed_dataset(), "gaussian_nb")
    card = model_card(predictor, promise, onnx="agrees", by_hand="Not for medicine.\n", files=["a"])
    assert card.startswith('---\nlicense: other\nlicense_name: "CC0"\n')
    assert "| accuracy | 0.6667 | 0.5" in card
    assert "\nNot for medicine.\n" in card
    assert "one of 3 classes" in card
