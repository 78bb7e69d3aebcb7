import numpy as np
import pytest

from retrace.core.records import Predictions
from retrace.evaluation.losses import row_losses
from retrace.evaluation.metrics import scores


def predictions(n=200, n_classes=4, seed=0, present=None):
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.ones(n_classes), n)
    y = generator.integers(0, present or n_classes, n)
    return Predictions(y=y, predicted=probabilities.argmax(axis=1), probabilities=probabilities)


def test_the_calibration_error_is_the_mean_gap_of_ten_bins():
    case = predictions(n=400, n_classes=3)
    confidence, right = case.probabilities.max(axis=1), case.predicted == case.y
    bins = (confidence * 10).astype(int)
    gaps = [abs((confidence - right)[bins == each].sum()) for each in range(11)]
    assert scores(case, ["calibration_error"])["calibration_error"] == pytest.approx(sum(gaps) / 400)


def test_a_certain_mistake_has_a_finite_loss():
    case = Predictions(y=np.array([0]), predicted=np.array([1]), probabilities=np.array([[0.0, 1.0]]))
    assert 30 < row_losses(case)[0] < 40


def test_targets_that_are_all_equal_have_no_spread_whatever_their_mean_is_rounded_to():
    # The mean of 45 times .1 is another number than .1.
    y = np.full(45, 0.1)
    error = np.random.default_rng(0).normal(size=45)
    case = Predictions(y=y, predicted=y + error, probabilities=np.empty((45, 0)))
    assert y.mean() != y[0]
    assert scores(case, ["r2"])["r2"] == 0
