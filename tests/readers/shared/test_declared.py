import numpy as np
import pandas as pd
import pytest

from retrace.core.checked_yaml import checked
from retrace.core.errors import ParamsError
from retrace.readers.shared.cells import Marks
from retrace.readers.shared.declared import ColumnRule, parse_times, read_declared


def declared(values, kind, **rule):
    rule = checked(ColumnRule, {"kind": kind, **rule}, "columns.x")
    return read_declared(pd.Series(values, name="x"), rule, Marks())


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["1", " ", "2.5", None], "number", [1, np.nan, 2.5, np.nan]),
        (["01", "02", "10"], "number", [1, 2, 10]),
        ([1, 2, 10], "category", ["1", "2", "10"]),
        ([1.0, None, 2.0], "category", ["1", np.nan, "2"]),
        ([1.5, None, 2.0], "text", ["1.5", np.nan, "2"]),
        (["1970-01-02", None, "1970-01-01T12:00"], "date", [1, np.nan, 0.5]),
        (pd.to_datetime(["1970-01-03", None]), "date", [2, np.nan]),
    ],
)
def test_a_column_is_read_as_its_owner_says(values, kind, expected):
    found = declared(values, kind).column
    pd.testing.assert_series_equal(found, pd.Series(expected, name="x"), check_dtype=False)


def test_an_ordered_category_is_its_place_in_the_order():
    found = declared(["low", "high ", None, "mid"], "ordered", order=["low", "mid", "high"])
    assert found.column.tolist()[:2] + found.column.tolist()[3:] == [0, 2, 1]
    assert np.isnan(found.column[2])
    assert found.note == "low < mid < high"


def test_a_date_has_the_format_that_is_said():
    assert declared(["31.12.1969", "02.01.1970"], "date", format="%d.%m.%Y").column.tolist() == [-1, 1]


@pytest.mark.parametrize(
    ("values", "kind", "rule", "message"),
    [
        (["1", "n/k"], "number", {}, "is declared as number, but row 2 holds 'n/k', not a number"),
        (["2024-01-01", "soon"], "date", {}, "row 2 holds 'soon', not a date such as 2024-01-31"),
        (["01/02/24"], "date", {"format": "%Y"}, "row 1 holds '01/02/24', not a date as %Y"),
        (
            ["low", "hgih"],
            "ordered",
            {"order": ["low", "high"]},
            r"'hgih' in row 2 (did you mean 'high'?)",
        ),
    ],
)
def test_a_cell_that_is_not_of_the_declared_kind_is_named(values, kind, rule, message):
    assert message in declared(values, kind, **rule).problem


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"kind": "ordered"}, "`kind: ordered` and `order:` .* go together"),
        ({"kind": "number", "format": "%Y"}, "`format:` goes with `kind: date`"),
        ({"kind": "nubmer"}, "kind: got 'nubmer'"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule, message):
    with pytest.raises(ParamsError, match=message):
        checked(ColumnRule, rule, "columns.x")


def test_dates_that_lost_their_leading_zeros_are_the_same_dates():
    column = pd.Series([1022024, 11122024])
    assert parse_times(column, "%d%m%Y").dt.day.tolist() == [1, 11]
