import numpy as np
import pandas as pd
import pytest

from retrace.core.errors import DataError
from retrace.readers.shared.labels import as_numbers, encode_labels, encode_target


@pytest.mark.parametrize(
    ("labels", "classes", "codes"),
    [
        (["b", "a", "b"], ("a", "b"), [1, 0, 1]),
        ([10, 9, 10], ("9", "10"), [1, 0, 1]),
        ([1.0, 0.0, 1.0], ("0", "1"), [1, 0, 1]),
        ([True, False, True], ("False", "True"), [1, 0, 1]),
        (["2", 1, "2"], ("1", "2"), [1, 0, 1]),
    ],
)
def test_labels_become_codes_in_natural_order(labels, classes, codes):
    y, names = encode_labels(pd.Series(labels), "t")
    assert names == classes
    assert y.tolist() == codes
    assert y.dtype == np.int64


def test_a_category_column_is_taken_as_text():
    _, names = encode_labels(pd.Series(["a", "b"], dtype="category"), "t")
    assert names == ("a", "b")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1, None, 2], "t is empty in 1 of 3 rows"),
        (["a", "a"], "one class only"),
        ([0.5, 1.5, 0.5, 1.5], "2 distinct values in 4 rows"),
        ([1.0, np.inf, 1.0], "t holds infinity"),
        (list(range(200)), "200 distinct values in 200 rows"),
    ],
)
def test_labels_that_are_no_classes_are_refused(labels, message):
    with pytest.raises(DataError, match=message):
        encode_labels(pd.Series(labels), "t")


def test_the_targets_of_a_regression_are_numbers_without_classes():
    y, classes = encode_target("regression", pd.Series([3, 1, 2]), "t")
    assert (y.tolist(), y.dtype, classes) == ([3.0, 1.0, 2.0], np.float64, ())


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([1.0, None, 2.0], "t is empty in 1 of 3 rows"),
        (["high", "low"], "t holds 'high': task: regression predicts numbers"),
        ([True, False], "t holds 'True'"),
        ([1.0, np.inf], "t holds infinity"),
        ([2.5, 2.5], "t is 2.5 in every row"),
    ],
)
def test_targets_that_are_no_numbers_are_refused(targets, message):
    with pytest.raises(DataError, match=message):
        as_numbers(pd.Series(targets), "t")
