import numpy as np
import pytest

from retrace.core.records import Predictions
from retrace.evaluation import own
from retrace.evaluation.metrics import METRICS, scores
from retrace.tools.significance import compare_rows


@pytest.fixture
def own_metrics(monkeypatch):
    """Put what is registered during a test into the table, and take it out again."""
    monkeypatch.setattr(own, "METRICS", {})

    def add():
        for name, metric in own.METRICS.items():
            monkeypatch.setitem(METRICS, name, metric)

    return add


def numbers(n=200, spread=1.0, seed=0):
    generator = np.random.default_rng(seed)
    y = 1e6 + spread * generator.normal(size=n)
    return Predictions(y=y, predicted=y + generator.normal(size=n), probabilities=np.empty((n, 0)))


def test_a_metric_of_ones_own_is_one_function(own_metrics):
    @own.mean_over_rows(task="regression", better="higher")
    def within_1(y, predicted):
        return abs(predicted - y) < 1

    @own.whole(task="regression", better="lower")
    def worst(y, predicted, sample_weight):
        return abs(predicted - y)[sample_weight > 0].max()

    own_metrics()
    case = numbers()
    found = scores(case, ["within_1", "worst"])
    assert found["within_1"] == np.mean(abs(case.predicted - case.y) < 1)
    assert found["worst"] == abs(case.predicted - case.y).max()
    better = Predictions(
        y=case.y, predicted=(case.predicted + 3 * case.y) / 4, probabilities=case.probabilities
    )
    assert compare_rows(case, better, "within_1", resamples=199).verdict == "better"
    assert compare_rows(better, case, "worst", resamples=19).difference > 0
