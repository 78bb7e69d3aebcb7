import datetime
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from retrace.core.checked_yaml import checked
from retrace.core.errors import DataError, ParamsError
from retrace.readers.shared.schema import Schema, check_schema

TABLE = pd.DataFrame(
    {
        "key": [1, 2, 3, 4],
        "age": [22.0, None, 35.0, 35.5],
        "sex": ["m", "f", None, "f"],
        "fit": [True, False, True, True],
        "when": ["2024-01-03", "2024-01-01", "2024-02-01", "2024-02-01"],
    }
)


def compare(table, columns, **others):
    schema = checked(Schema, {"columns": columns} | others, "mine.yaml: schema")
    return check_schema(table, schema, "mine.csv", "mine.yaml")


def broken(table, columns, **others):
    """Return the details of the error, and its message first."""
    with pytest.raises(DataError) as caught:
        compare(table, columns, **others)
    return [str(caught.value), *caught.value.details]


def test_a_table_that_keeps_its_schema_says_what_was_checked():
    note = compare(
        TABLE,
        {
            "key": {"dtype": "integer", "unique": True, "ge": 1},
            "age": {"dtype": "number", "nullable": True, "in_range": [0, 120]},
            "sex": {"dtype": "text", "nullable": True, "isin": ["m", "f"], "str_length": [1, 1]},
            "fit": {"dtype": "boolean", "notin": ["maybe"]},
            "when": {"dtype": "date", "ge": datetime.date(2024, 1, 1), "str_matches": r"\d{4}-"},
        },
        strict=True,
        unique=["age", "key"],
    )
    assert note == "The schema of mine.yaml held: 5 columns, 18 checks."


def test_every_failure_is_listed_with_its_rows():
    age, sex = {"dtype": "integer", "in_range": [30, 35]}, {"nullable": True, "isin": ["m"]}
    assert broken(TABLE, {"age": age, "sex": sex}) == [
        "mine.csv breaks `schema:` of mine.yaml in 3 of 4 rows: mend the file, or the schema",
        "age: no gaps (nullable: false) fails in 1 row: row 2 (nan)",
        "age: dtype integer fails in 1 row: row 4 (35.5)",
        "age: in_range [30, 35] fails in 2 rows: row 1 (22.0), row 4 (35.5)",
        "sex: isin ['m'] fails in 2 rows: row 2 (f), row 4 (f)",
    ]


def test_a_long_listing_is_cut_and_counted():
    wide = pd.DataFrame({f"c{i}": range(100) for i in range(30)})
    lines = broken(wide, {name: {"lt": 0} for name in wide})
    assert lines[1].endswith("in 100 rows: row 1 (0), row 2 (1), row 3 (2), row 4 (3), row 5 (4), ...")
    assert len(lines) == 22
    assert lines[-1] == "and 10 more"


def test_one_wrong_cell_is_named_not_the_type_of_the_column():
    table = TABLE.assign(age=["22", "abc", "35", None])
    columns = {"age": {"dtype": "number", "nullable": True, "in_range": [0, 120]}}
    assert broken(table, columns)[1:] == ["age: dtype number fails in 1 row: row 2 (abc)"]


@pytest.mark.parametrize(
    ("dtype", "values", "wrong"),
    [
        ("number", ["1", "2"], 2),
        ("number", [True, False], 2),
        ("integer", [1.0, 1.5], 1),
        ("integer", [1.0, np.inf], 1),
        ("text", ["a", 1], 1),
        ("boolean", [0, 1], 2),
        ("date", ["2024-01-31", "31.1.2024"], 1),
        ("date", [20240131, 20240201], 2),
    ],
)
def test_a_dtype_is_what_a_person_means(dtype, values, wrong):
    table = pd.DataFrame({"x": values})
    assert f"x: dtype {dtype} fails in {wrong} row" in broken(table, {"x": {"dtype": dtype}})[1]


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("integer", pd.array([1, None], dtype="Int64")),
        ("integer", [1.0, None]),
        ("number", pd.Series([1, 2.5, None], dtype=object)),
        ("boolean", [True, None]),
        ("date", pd.to_datetime(["2024-01-31", None])),
        ("text", pd.Categorical(["a", None])),
    ],
)
def test_a_gap_does_not_change_a_dtype(dtype, values):
    assert "held" in compare(pd.DataFrame({"x": values}), {"x": {"dtype": dtype, "nullable": True}})


def test_dates_of_any_storage_compare_with_a_date():
    for column in (TABLE["when"], pd.to_datetime(TABLE["when"])):
        lines = broken(TABLE.assign(when=column), {"when": {"ge": datetime.date(2024, 2, 1)}})
        assert "fails in 2 rows" in lines[1]


def test_a_check_that_does_not_suit_the_column_says_so():
    assert "sex: ge 3 suits other values than the column holds" in broken(TABLE, {"sex": {"ge": 3}})[2]


def test_repeated_keys_and_other_columns_are_listed():
    columns = {"age": {"nullable": True}, "when": {"unique": True}, "fit": {}}
    lines = broken(TABLE, columns, strict=True, unique=["when", "fit"])
    assert "when: unique together fails in 2 rows: row 3 (2024-02-01), row 4 (2024-02-01)" in lines
    assert "when: unique fails in 2 rows: row 3 (2024-02-01), row 4 (2024-02-01)" in lines
    assert "key, sex: not in the schema, which is strict" in lines


def test_rows_are_counted_whatever_index_the_file_brings():
    lines = broken(TABLE.set_axis([7, 7, 7, 7]), {"key": {"gt": 3}})
    assert lines[1] == "key: gt 3 fails in 3 rows: row 1 (1), row 2 (2), row 3 (3)"


@pytest.mark.parametrize("key", ["columns", "unique"])
def test_a_column_that_is_not_there_names_the_nearest(key):
    others = {"unique": ["aeg"]} if key == "unique" else {}
    columns = {"key": {}} if key == "unique" else {"aeg": {}}
    with pytest.raises(DataError, match=rf"schema.{key}.* is no column of mine.csv \(did you mean '"):
        compare(TABLE, columns, **others)


def test_a_column_may_be_left_out_only_where_the_schema_says():
    assert "1 column," in compare(TABLE, {"age": {"nullable": True}, "later": {"required": False}})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"columns": {"age": {"in_rang": [0, 1]}}},
            r"schema.columns.age.in_rang is not a known key \(did",
        ),
        ({"columns": {"age": {"dtype": "numbr"}}}, r"age.dtype: got 'numbr' .*\(did you mean 'number'"),
        ({"columns": {"age": {"in_range": [0]}}}, r"age.in_range: got \[0\] .* at least 2 items"),
        ({"columns": {"age": {"str_matches": "("}}}, r"got '\(', should be a regular expression"),
        ({"columns": {"age": None}}, r"columns.age: got nothing, should be `key: value` lines"),
        ({"colums": {}}, r"schema.colums is not a known key \(did you mean 'columns'"),
    ],
)
def test_a_misspelt_schema_names_the_key(values, message):
    with pytest.raises(ParamsError, match=message):
        checked(Schema, values, "mine.yaml: schema")


def test_pandera_is_imported_only_for_a_schema():
    code = "import sys, retrace.readers; sys.exit('pandera' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
