"""What files are read and refused: tests/readers/test_table.py and test_odd_tables.py."""

import pandas as pd
import pytest

from retrace.core.errors import DataError
from retrace.readers.shared.table_files import with_names


def test_an_empty_column_without_a_name_is_left_out(tmp_path):
    table, notes = with_names(pd.DataFrame({"x ": [1], "Unnamed: 1": [None]}), set(), tmp_path)
    assert list(table) == ["x"]
    assert notes == ["Column 2 has no name and is empty: it was left out."]


def test_a_nameless_column_of_values_is_refused_unless_it_is_named_in_the_description(tmp_path):
    table = pd.DataFrame({"x": [1, 2], "Unnamed: 1": [5, 7]})
    with pytest.raises(DataError, match="column 2 has no name"):
        with_names(table, set(), tmp_path)
    assert with_names(table, {"Unnamed: 1"}, tmp_path)[1] == []
