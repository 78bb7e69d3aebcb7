import numpy as np

from retrace.core.records import Predictions
from retrace.evaluation.definition import each_row, full_rows, mean, ratio, stacked


def test_models_are_stacked_row_below_row():
    one = Predictions(y=np.array([1.0]), predicted=np.array([2.0]), probabilities=np.empty((1, 0)))
    assert stacked([one, one]).predicted.tolist() == [2.0, 2.0]
    assert each_row(stacked([one, one])).toarray().tolist() == [[1, 0], [0, 1]]


def test_a_mean_follows_from_sums_of_1_and_of_values():
    rows = full_rows([np.ones(4), np.arange(4.0)])
    assert mean(rows.sum(axis=0)) == 1.5


def test_a_ratio_to_nothing_is_0():
    assert ratio(np.array([1.0, 1.0]), np.array([2.0, 0.0])).tolist() == [0.5, 0]
