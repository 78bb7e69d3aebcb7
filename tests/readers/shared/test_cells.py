import numpy as np
import pandas as pd

from retrace.readers.shared.cells import Marks, Reading, cells_of, counts_rows, facts_of, numbers_of


def test_cells_are_counted_by_their_text_and_found_by_their_row():
    cells = cells_of(pd.Series(["a", "b ", None, "b", "b "]))
    assert cells.texts.tolist() == ["a", "b", "b"]
    assert cells.count(cells.texts == "b") == 3
    assert cells.first(cells.texts == "b") == ("b", 2)


def test_numbers_have_the_decimal_mark_that_is_said():
    assert numbers_of(pd.Series(["1,5", "2", "1.5"]), Marks(",")).tolist()[:2] == [1.5, 2]
    assert np.isnan(numbers_of(pd.Series(["1.5"]), Marks(","))[0])


def test_facts_count_gaps_and_distinct_values_of_anything():
    numbers = facts_of(Reading(pd.Series([1.0, np.nan, 1.0]), "number"), "x", "feature")
    lists = facts_of(Reading(pd.Series([[1], [2], None]), "other"), "x", "dropped")
    assert (numbers.gaps, numbers.distinct) == (1, 1)
    assert (lists.gaps, lists.distinct) == (1, 2)


def test_only_a_running_number_counts_rows():
    assert counts_rows(pd.Series([1, 2, 3]))
    assert not counts_rows(pd.Series([1, 3, 2]))
    assert not counts_rows(pd.Series([1.0, 2.0]))
