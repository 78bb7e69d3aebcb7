import numpy as np
import pytest
from sklearn import metrics as sk

from retrace.core.params import Costs
from retrace.evaluation.curves import (
    at_threshold,
    choose_threshold,
    gain_curve,
    precision_recall_curve,
    roc_curve,
)

POSITIVE = np.random.default_rng(0).random(80) < 0.3
SCORE = np.round(np.clip(0.3 * POSITIVE + np.random.default_rng(1).random(80) * 0.7, 0, 1), 2)


def test_the_area_under_the_curve_is_that_of_scikit_learn():
    curve = roc_curve(SCORE, POSITIVE)
    assert np.trapezoid(curve.y, curve.x) == pytest.approx(sk.roc_auc_score(POSITIVE, SCORE))


def test_the_gain_is_how_much_is_found_by_how_many_rows():
    curve = gain_curve(np.array([0.9, 0.8, 0.8, 0.1]), np.array([True, False, True, False]))
    assert curve.x.tolist() == [0, 0.25, 0.75, 1]
    assert curve.y.tolist() == [0, 0.5, 1, 1]


def test_precision_and_recall_are_those_of_scikit_learn():
    precision, recall, _ = sk.precision_recall_curve(POSITIVE, SCORE)
    curve = precision_recall_curve(SCORE, POSITIVE)
    assert curve.x.tolist() == pytest.approx(recall[:-1][::-1].tolist())
    assert curve.y.tolist() == pytest.approx(precision[:-1][::-1].tolist())


def test_long_curves_are_thinned_and_keep_their_ends():
    generator = np.random.default_rng(0)
    curve = roc_curve(generator.random(5000), generator.random(5000) < 0.5)
    assert len(curve.x) == 200
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


def test_counts_at_a_threshold():
    found = at_threshold(np.array([0.2, 0.5, 0.9]), np.array([True, False, True]), 0.5)
    assert (found.taken, found.false_positives, found.false_negatives) == (2, 1, 1)
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)
    nothing = at_threshold(np.array([0.2]), np.array([False]), 0.5)
    assert (nothing.precision, nothing.recall, nothing.f1) == (0, 0, 0)


def test_the_threshold_of_highest_f1_has_the_highest():
    chosen = choose_threshold(SCORE, POSITIVE, "f1")
    best = max(at_threshold(SCORE, POSITIVE, each).f1 for each in np.unique(SCORE))
    assert at_threshold(SCORE, POSITIVE, chosen).f1 == best


@pytest.mark.parametrize("costs", [(1, 5), (5, 1)])
def test_the_threshold_of_lowest_cost_has_the_lowest(costs):
    rule = Costs(false_positive=float(costs[0]), false_negative=float(costs[1]))

    def cost(threshold):
        found = at_threshold(SCORE, POSITIVE, threshold)
        return costs[0] * found.false_positives + costs[1] * found.false_negatives

    chosen = choose_threshold(SCORE, POSITIVE, rule)
    assert cost(chosen) == min(cost(each) for each in [*np.unique(SCORE), 1.1])


def test_a_number_is_the_threshold_itself():
    assert choose_threshold(SCORE, POSITIVE, 0.3) == 0.3
