"""What is refused: tests/readers/test_odd_tables.py."""

import pytest

from retrace.readers.shared.foreign_files import refuse_foreign


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.data"])
def test_a_csv_of_any_name_is_let_through(tmp_path, name):
    (tmp_path / name).write_text("x,y\n1,2\n")
    refuse_foreign(tmp_path / name, "utf-8")
