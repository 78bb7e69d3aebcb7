import numpy as np
import pandas as pd
import pytest

from retrace.readers.shared.dates import are_dates, are_digits_of_dates


@pytest.mark.parametrize(
    "text", ["2024-01-31", "2024-01", "2024/1/31", "31.01.24", "3 Jan 2024", "Jan-24", "May 3, 2024"]
)
def test_what_people_write_for_a_date_is_one(text):
    assert are_dates(pd.Series([text, f"{text} 12:30"])).all()


@pytest.mark.parametrize("text", ["18-25", "2024", "Q1 2024", "1/7", "10.0.0.1", "may be"])
def test_what_only_looks_like_one_is_none(text):
    assert not are_dates(pd.Series([text])).any()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([20240131, 20240201], True),
        ([20240131.0, np.nan, 20240201.0], True),
        ([20240131, 20240132], False),
        ([20240131, 20240131], False),
        ([20240131.5, 20240201.5], False),
        ([np.nan, np.nan], False),
        ([20240131.0, np.inf], False),
        ([1, 2], False),
        ([], False),
    ],
)
def test_numbers_are_dates_where_all_are(values, expected):
    assert are_digits_of_dates(pd.Series(values, dtype=np.float64)) == expected
