import numpy as np
from sklearn import metrics as sk

from retrace.core.records import Predictions
from retrace.evaluation.diagnostics import (
    calibration_bins,
    class_scores,
    confident_mistakes,
    confusion_matrix,
    largest_errors,
    reliability,
)


def predictions(n=200, n_classes=4):
    generator = np.random.default_rng(0)
    probabilities = generator.dirichlet(np.ones(n_classes), n)
    y = generator.integers(0, n_classes, n)
    return Predictions(y=y, predicted=probabilities.argmax(axis=1), probabilities=probabilities)


def numbers(n=200):
    generator = np.random.default_rng(0)
    y = 1e6 + generator.normal(size=n)
    return Predictions(y=y, predicted=y + generator.normal(size=n), probabilities=np.empty((n, 0)))


def test_confusion_matrix_is_that_of_scikit_learn():
    case = predictions()
    expected = sk.confusion_matrix(case.y, case.predicted, labels=range(4))
    assert np.array_equal(confusion_matrix(case), expected)


def test_class_scores_are_those_of_scikit_learn():
    case = predictions()
    expected = sk.precision_recall_fscore_support(case.y, case.predicted, zero_division=0)
    for found, wanted in zip(class_scores(confusion_matrix(case)), expected, strict=True):
        np.testing.assert_allclose(found, wanted)


def test_reliability_counts_every_row_once():
    table = reliability(predictions())
    assert table["n"].sum() == 200
    assert table["confidence"].is_monotonic_increasing


def test_a_model_that_is_always_right_and_sure_is_reliable():
    sure = Predictions(y=np.array([0, 1]), predicted=np.array([0, 1]), probabilities=np.eye(2))
    table = reliability(sure)
    assert table[["confidence", "accuracy", "n"]].to_numpy().tolist() == [[1, 1, 2]]
    assert table[["low", "high"]].isna().all(axis=None)


def test_the_surest_mistake_comes_first():
    probabilities = np.array([[0.6, 0.4], [0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    case = Predictions(
        y=np.array([1, 0, 0, 1]), predicted=probabilities.argmax(1), probabilities=probabilities
    )
    assert confident_mistakes(case, 5).tolist() == [1, 0]
    assert confident_mistakes(case, 1).tolist() == [1]


def test_bins_of_a_regression_hold_equally_many_rows():
    found = calibration_bins(numbers(), n_bins=4)
    assert found["n"].tolist() == [50] * 4
    assert found["predicted"].is_monotonic_increasing


def test_the_largest_errors_come_first():
    case = Predictions(
        y=np.zeros(3), predicted=np.array([1.0, -5.0, 2.0]), probabilities=np.empty((3, 0))
    )
    assert largest_errors(case, limit=2).tolist() == [1, 2]
