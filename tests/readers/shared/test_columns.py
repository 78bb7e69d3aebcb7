import pandas as pd
import pytest

from retrace.readers.shared.cells import Marks
from retrace.readers.shared.columns import notes_on_columns, read_column, read_columns
from retrace.readers.shared.declared import ColumnRule


def looked_at(values, **keys):
    return read_column(pd.Series(values, name="x"), None, keys.get("decimal", Marks()), own_gaps=False)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "number"),
        ([True, False], "number"),
        ([True, None], "number"),
        (["1", "2"], "number"),
        (["01", "2"], "category"),
        (["red", None], "category"),
        (["2024-01-31", "2024-02-01"], "date"),
        ([[1], [2]], "other"),
        ([b"\xff", b"a"], "other"),
        (pd.Categorical([1, 2]), "category"),
        (pd.to_timedelta([1, 2]), "other"),
        (pd.period_range("2024-01", periods=2), "other"),
    ],
)
def test_a_column_is_taken_for_what_its_values_are(values, kind):
    assert looked_at(values).kind == kind


def test_a_column_of_nearly_numbers_is_no_problem_where_it_is_no_feature():
    table = pd.DataFrame({"x": ["1", "2", "3", "n/k"] * 10, "y": range(40)})
    readings = read_columns(table, {"x": "dropped"}, "feature", {}, Marks(), own_gaps=False)
    assert readings["x"][1].problem == ""


def test_an_identifier_is_left_out():
    table = pd.DataFrame({"key": ["a", "b"], "y": [1.5, 2.5]})
    readings = read_columns(
        table, {}, "feature", {"key": ColumnRule(kind="identifier")}, Marks(), own_gaps=False
    )
    assert [role for role, _ in readings.values()] == ["left out", "feature"]


def test_many_odd_columns_are_counted_not_listed():
    table = pd.DataFrame({f"x{i}": ["01", "02"] for i in range(30)})
    notes = notes_on_columns(read_columns(table, {}, "feature", {}, Marks(), own_gaps=False))
    assert len(notes) == 21
    assert notes[-1] == "10 more columns: see Columns."
