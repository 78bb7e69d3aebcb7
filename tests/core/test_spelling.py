import pandas as pd
import pytest

from retrace.core.spelling import near_twins, spelled, spelled_column


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" yes\t", "yes"),
        ("\u00a0yes\u2009", "yes"),
        ("y\u200bes\ufeff", "yes"),
        ("cafe\u0301", "caf\u00e9"),
        ("New\u00a0York", "New York"),
        ("two  spaces", "two  spaces"),
    ],
)
def test_what_is_equal_for_a_person_is_spelled_one_way(text, expected):
    assert spelled(text) == expected


def test_a_column_that_is_spelled_well_is_returned_as_it_is():
    column = pd.Series(["a", None, "b"])
    assert spelled_column(column) is column
    assert spelled_column(pd.Series([1.0])).tolist() == [1.0]


def test_blank_cells_become_gaps():
    assert spelled_column(pd.Series(["a", " ", None])).isna().tolist() == [False, True, True]


def test_near_twins_are_named_together():
    assert near_twins(["Yes", "yes", "no"]) == ["'Yes' and 'yes'"]
    assert near_twins(["a", "b"]) == []
