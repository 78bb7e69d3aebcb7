import numpy as np
import pytest
from sklearn import metrics as sk

from retrace.core.params import METRICS
from retrace.core.records import Predictions
from retrace.evaluation.metrics import (
    calibration_bins,
    confident_mistakes,
    confusion_matrix,
    largest_errors,
    reliability,
    row_losses,
    scores,
)


def predictions(n=200, n_classes=4, seed=0, present=None):
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.ones(n_classes), n)
    y = generator.integers(0, present or n_classes, n)
    return Predictions(y=y, predicted=probabilities.argmax(axis=1), probabilities=probabilities)


@pytest.mark.parametrize("case", [predictions(), predictions(n=7, seed=1), predictions(present=2)])
def test_scores_are_those_of_scikit_learn(case):
    found = scores(case)
    given = (case.y, case.predicted)
    options = {"zero_division": 0}
    assert found == pytest.approx(
        {
            "accuracy": sk.accuracy_score(*given),
            "f1_macro": sk.f1_score(*given, average="macro", **options),
            "f1_weighted": sk.f1_score(*given, average="weighted", **options),
            "precision_weighted": sk.precision_score(*given, average="weighted", **options),
            "recall_weighted": sk.recall_score(*given, average="weighted", **options),
            "log_loss": sk.log_loss(case.y, case.probabilities, labels=range(4)),
        }
    )


def numbers(n=200, spread=1.0, seed=0):
    generator = np.random.default_rng(seed)
    y = 1e6 + spread * generator.normal(size=n)
    return Predictions(y=y, predicted=y + generator.normal(size=n), probabilities=np.empty((n, 0)))


@pytest.mark.parametrize("case", [numbers(), numbers(n=7, seed=1), numbers(spread=0.0)])
def test_scores_of_a_regression_are_those_of_scikit_learn(case):
    given = (case.y, case.predicted)
    assert scores(case) == pytest.approx(
        {
            "mae": sk.mean_absolute_error(*given),
            "rmse": sk.root_mean_squared_error(*given),
            "r2": sk.r2_score(*given),
        }
    )


def test_bins_of_a_regression_hold_equally_many_rows():
    found = calibration_bins(numbers(), n_bins=4)
    assert found["n"].tolist() == [50] * 4
    assert found["predicted"].is_monotonic_increasing


def test_the_largest_errors_come_first():
    case = Predictions(
        y=np.zeros(3), predicted=np.array([1.0, -5.0, 2.0]), probabilities=np.empty((3, 0))
    )
    assert largest_errors(case, limit=2).tolist() == [1, 2]


def test_every_task_has_the_metrics_that_it_names():
    assert tuple(scores(predictions())) == METRICS["classification"]
    assert tuple(scores(numbers())) == METRICS["regression"]


def test_confusion_matrix_is_that_of_scikit_learn():
    case = predictions()
    expected = sk.confusion_matrix(case.y, case.predicted, labels=range(4))
    assert np.array_equal(confusion_matrix(case), expected)


def test_a_certain_mistake_has_a_finite_loss():
    case = Predictions(y=np.array([0]), predicted=np.array([1]), probabilities=np.array([[0.0, 1.0]]))
    assert 30 < row_losses(case)[0] < 40


def test_reliability_counts_every_row_once():
    table = reliability(predictions())
    assert table["n"].sum() == 200
    assert table["confidence"].is_monotonic_increasing


def test_a_model_that_is_always_right_and_sure_is_reliable():
    sure = Predictions(y=np.array([0, 1]), predicted=np.array([0, 1]), probabilities=np.eye(2))
    assert reliability(sure).to_dict("records") == [{"confidence": 1.0, "accuracy": 1.0, "n": 2}]


def test_the_surest_mistake_comes_first():
    probabilities = np.array([[0.6, 0.4], [0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    case = Predictions(
        y=np.array([1, 0, 0, 1]), predicted=probabilities.argmax(1), probabilities=probabilities
    )
    assert confident_mistakes(case, 5).tolist() == [1, 0]
    assert confident_mistakes(case, 1).tolist() == [1]
