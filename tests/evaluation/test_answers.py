import numpy as np

from retrace.core.records import Predictions
from retrace.evaluation.answers import class_totals, ordinal_totals, precision, recall

CASE = Predictions(
    y=np.array([0, 0, 1, 2]), predicted=np.array([0, 2, 1, 1]), probabilities=np.eye(3)[[0, 2, 1, 1]]
)


def test_a_right_row_has_one_entry_and_a_wrong_one_two():
    assert class_totals(CASE).toarray().tolist() == [
        [1, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 1, 0, 1, 0],
    ]


def test_precision_and_recall_follow_from_sums():
    sums = class_totals(CASE).sum(axis=0)
    assert precision(sums).tolist() == [1, 0.5, 0]
    assert recall(sums).tolist() == [0.5, 1, 0]


def test_ordered_classes_know_by_how_many_a_row_is_off():
    assert ordinal_totals(CASE).toarray()[:, -1].tolist() == [0, 4, 0, 1]
