import numpy as np
import pandas as pd
import pytest

from retrace.readers.shared.cells import Marks
from retrace.readers.shared.declared import ColumnRule
from retrace.tools.prediction.inputs.columns import read_feature


def read(cells, kind="number", rule=None, decimal=".", own_gaps=False):
    column, wrong = read_feature(
        pd.Series(cells, name="x"), kind, rule, Marks(decimal), own_gaps=own_gaps
    )
    return column.tolist(), np.flatnonzero(wrong).tolist()


def test_numbers_stay_as_they_are():
    assert read([1, 2]) == ([1, 2], [])
    assert read([True, False]) == ([1.0, 0.0], [])


def test_a_cell_that_is_no_number_is_named_and_blanks_are_gaps():
    values, wrong = read(["1.5", " ", "?", "abc", None, "True"])
    assert np.array_equal(values, [1.5, np.nan, np.nan, np.nan, np.nan, 1.0], equal_nan=True)
    assert wrong == [3]


def test_what_means_no_value_is_said_by_the_description_alone():
    assert read(["1", "?"], own_gaps=True)[1] == [1]


def test_the_mark_before_decimals_is_that_of_the_description():
    assert read(["1,5", "x"], decimal=",")[0][0] == 1.5


def test_categories_stay_texts():
    assert read(["007", "x"], kind="category") == (["007", "x"], [])


@pytest.mark.parametrize(
    ("rule", "cells", "expected"),
    [
        (ColumnRule(kind="ordered", order=["low", "high"]), ["high", "low", "lo"], [1.0, 0.0]),
        (ColumnRule(kind="date", format="%d.%m.%Y"), ["02.01.1970", "03.01.1970", "x"], [1.0, 2.0]),
        (ColumnRule(kind="number"), ["1", "2", "x"], [1.0, 2.0]),
    ],
)
def test_a_declared_column_is_read_as_its_owner_says(rule, cells, expected):
    values, wrong = read(cells, rule=rule)
    assert values[:2] == expected
    assert wrong == [2]
