import numpy as np
import pytest

from retrace.core.records import Predictions
from retrace.evaluation.metrics import METRICS
from retrace.evaluation.unseen import kurtosis, rows_to_come, why_no_interval

CASE = Predictions(y=np.arange(20) % 2, predicted=np.zeros(20, int), probabilities=np.eye(2)[[0] * 20])


def test_heavy_tails_are_told_by_their_fourth_power():
    generator = np.random.default_rng(0)
    assert kurtosis(generator.normal(size=5000)) == pytest.approx(3, abs=0.3)
    assert kurtosis(generator.standard_t(3, 5000)) > 8
    assert kurtosis(np.zeros(5)) == 0


@pytest.mark.parametrize(
    ("metric", "n_units", "reason"),
    [
        ("f1_macro", 20, ""),
        ("f1_macro", 9, "9 units are too few"),
        ("calibration_error", 20, "20 rows are too few"),
    ],
)
def test_what_has_no_interval_says_why(metric, n_units, reason):
    assert why_no_interval(METRICS[metric], CASE, n_units) == reason


def test_of_each_class_a_right_and_a_wrong_row_may_come():
    rows = np.array(rows_to_come(METRICS["f1_macro"], CASE))
    assert rows.tolist() == [
        [1, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 1],
        [0, 0, 0, 1, 1, 0],
    ]


def test_an_error_beyond_the_largest_may_come():
    errors = np.random.default_rng(0).laplace(size=500)
    case = Predictions(y=np.zeros(500), predicted=errors, probabilities=np.empty((500, 0)))
    (row,) = rows_to_come(METRICS["rmse"], case)
    assert row[1] == pytest.approx(np.sqrt(3) * abs(errors).max())
