import dataclasses

import numpy as np
import pytest

from paired_models import noisy_model
from retrace.core.records import Predictions
from retrace.evaluation.baseline import against_constant, constant_predictions, paired_p_value
from retrace.tools.significance import compare_rows

Y = np.arange(200) % 3


@pytest.fixture
def settings(params):
    return dataclasses.replace(params.report, resamples=499)


def test_a_constant_model_says_the_most_frequent_class_and_the_shares():
    found = constant_predictions(np.array([2, 2, 2, 0]), Y, 3)
    assert set(found.predicted) == {2}
    assert found.probabilities[0] == pytest.approx([2 / 7, 1 / 7, 4 / 7])
    numbers = constant_predictions(np.array([1.0, 3.0]), np.zeros(4), 0)
    assert set(numbers.predicted) == {2.0}


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "log_loss", "roc_auc"])
def test_a_model_that_knows_something_beats_it_and_noise_does_not(settings, metric):
    assert against_constant(noisy_model(Y, 2, 0), Y, metric, settings).beaten
    blind = noisy_model(Y, 0, 0)
    if metric in ("accuracy", "log_loss"):
        assert not against_constant(blind, Y, metric, settings).beaten


def test_a_regression_is_held_against_the_mean(settings):
    y = np.random.default_rng(0).normal(size=100)
    none = np.empty((100, 0))
    good = Predictions(y=y, predicted=y * 0.5, probabilities=none)
    found = against_constant(good, y, "rmse", settings)
    assert found.beaten
    assert found.score == pytest.approx(y.std())
    far_off = Predictions(y=y, predicted=-y, probabilities=none)
    assert not against_constant(far_off, y, "rmse", settings).beaten


@pytest.mark.parametrize("groups", [None, np.arange(200) // 4])
def test_the_paired_test_is_that_of_compare(settings, groups):
    base, other = noisy_model(Y, 1.0, 0), noisy_model(Y, 1.2, 1)
    found = paired_p_value(base, other, "f1_macro", settings, groups)
    expected = compare_rows(base, other, "f1_macro", groups=groups, resamples=4999).p_value
    assert found == pytest.approx(expected, abs=0.07)
