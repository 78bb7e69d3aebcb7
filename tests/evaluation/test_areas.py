import numpy as np
import pytest

from paired_models import noisy_model
from retrace.core.records import Predictions
from retrace.evaluation.areas import area_influences, area_interval
from retrace.evaluation.metrics import scores


def test_ties_count_half_and_influences_sum_to_nothing():
    coarse = noisy_model(np.arange(60) % 2, 0.8, 0, n_classes=2)
    rounded = np.round(coarse.probabilities, 1)
    case = Predictions(y=coarse.y, predicted=coarse.predicted, probabilities=rounded)
    assert area_influences(case).sum() == pytest.approx(0, abs=1e-12)


def test_intervals_cover_the_truth_where_one_class_is_rare():
    generator = np.random.default_rng(0)
    truth = scores(noisy_model(np.arange(100_000) % 2, 1.5, 9, n_classes=2), ["roc_auc"])["roc_auc"]
    wrong = []
    for seed in range(400):
        y = (generator.random(300) < 0.03).astype(int)
        if y.sum() >= 5:
            found = area_interval(noisy_model(y, 1.5, seed + 10, n_classes=2), 0.95)
            wrong.append(found.low > truth or found.high < truth)
    assert len(wrong) > 300
    assert np.mean(wrong) < 0.07


def test_perfect_order_and_a_rare_class_have_none():
    y = np.arange(40) % 2
    perfect = Predictions(y=y, predicted=y, probabilities=np.eye(2)[y])
    assert area_interval(perfect, 0.95).reason == "no test row varies it"
    rare = noisy_model((np.arange(40) < 3).astype(int), 1, 0, n_classes=2)
    assert area_interval(rare, 0.95).reason == "a class has 3 test rows"


def test_groups_widen_it():
    case = noisy_model((np.arange(60) % 2).repeat(5), 1, 0, n_classes=2)
    alike = Predictions(
        y=case.y,
        predicted=case.predicted[::5].repeat(5),
        probabilities=case.probabilities[::5].repeat(5, axis=0),
    )
    alone, grouped = (area_interval(alike, 0.95, groups) for groups in (None, np.arange(300) // 5))
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)
