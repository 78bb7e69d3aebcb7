import numpy as np
import pytest

from retrace.core.records import Predictions
from retrace.evaluation.metrics import METRICS
from retrace.evaluation.ranks import scored_classes


def numbers(n=200, spread=1.0, seed=0):
    generator = np.random.default_rng(seed)
    y = 1e6 + spread * generator.normal(size=n)
    return Predictions(y=y, predicted=y + generator.normal(size=n), probabilities=np.empty((n, 0)))


def test_a_weighted_median_is_that_of_copies():
    case = numbers(n=30)
    counts = np.random.default_rng(0).integers(0, 4, (20, 30))
    copies = [np.median(np.repeat(abs(case.predicted - case.y), each)) for each in counts]
    assert METRICS["median_absolute_error"].scorer(case)(counts) == pytest.approx(copies)


@pytest.mark.parametrize(("n_classes", "codes"), [(2, [1]), (3, [0, 1, 2])])
def test_of_two_classes_the_second_is_scored(n_classes, codes):
    case = Predictions(
        y=np.zeros(1, int), predicted=np.zeros(1, int), probabilities=np.eye(n_classes)[[0]]
    )
    assert list(scored_classes(case)) == codes
