from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retrace.core.errors import DataError
from retrace.readers.shared import roles

PATH = Path("mine.csv")


def test_numbers_are_times_as_they_are():
    table = pd.DataFrame({"year": [2001, 1999]})
    assert roles.parsed_times(table, "year", None, PATH).tolist() == [2001, 1999]


def test_times_of_several_zones_become_utc():
    table = pd.DataFrame({"when": ["2024-01-01T12:00+02:00", "2024-01-01T11:00+00:00"]})
    times = roles.parsed_times(table, "when", None, PATH)
    assert times.tolist() == sorted(times.tolist())
    assert times[0] == np.datetime64("2024-01-01T10:00")


def test_a_role_that_is_not_named_gives_nothing():
    assert roles.complete(pd.DataFrame({"x": [1]}), None, "group", PATH) is None


def test_whole_numbers_with_a_gap_are_plain_floats():
    assert roles.plain(pd.Series(pd.array([1, None], dtype="Int64"))).dtype == np.float64


def test_an_id_that_repeats_is_named():
    with pytest.raises(DataError, match=r"id 'key' repeats in 1 rows \(first: 'b'\)"):
        roles.unique_ids(pd.DataFrame({"key": ["a", "b", "b"]}), "key", PATH)
