"""What else is read of a CSV: tests/readers/test_odd_tables.py."""

import pytest

from retrace.core.errors import DataError
from retrace.readers.shared.csv_files import read_csv
from retrace.readers.table import Description


@pytest.fixture
def form():
    def form(**keys):
        common = {"title": "t", "task": "classification", "kind": "tabular", "reader": "table"}
        return Description(**common, file="t.csv", target="y", **keys)

    return form


def test_a_file_without_a_header_line_is_given_names(tmp_path, form):
    path = tmp_path / "t.csv"
    path.write_text("1,a\n2,b\n")
    table, notes = read_csv(path, form(names=["x", "y"]))
    assert (table.to_dict("list"), notes) == ({"x": [1, 2], "y": ["a", "b"]}, ())
    with pytest.raises(DataError, match=r"names: got 1 names, but line 1 of .* has 2 fields"):
        read_csv(path, form(names=["x"]))


@pytest.mark.parametrize("separator", ["\t", "\\t"])
def test_a_tab_may_be_written_as_the_error_shows_it_or_in_single_quotes(tmp_path, form, separator):
    (tmp_path / "t.tsv").write_text("x\ty\n1\ta\n")
    table, _ = read_csv(tmp_path / "t.tsv", form(separator=separator))
    assert list(table) == ["x", "y"]
