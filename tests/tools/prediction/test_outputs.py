import json

import pandas as pd
import pytest

from retrace.core.errors import RetraceError
from retrace.tools.prediction.outputs import check_name, csv_lines, write_answers

TABLES = [
    pd.DataFrame({"id": ["a"], "predicted": ["é"], "p_é": [1 / 3]}),
    pd.DataFrame(columns=["id", "predicted"]),
    pd.DataFrame({"id": ["b"], "predicted": ["x"], "p_é": [0.1]}),
]


def test_csv_has_one_header_and_all_digits():
    assert "".join(csv_lines(TABLES)) == f"id,predicted,p_é\na,é,{1 / 3!r}\nb,x,0.1\n"


def test_json_lines_have_all_digits(tmp_path):
    write_answers(tmp_path / "a.jsonl", TABLES)
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert rows == [
        {"id": "a", "predicted": "é", "p_é": 1 / 3},
        {"id": "b", "predicted": "x", "p_é": 0.1},
    ]


def test_parquet_keeps_the_rows_of_all_chunks(tmp_path):
    write_answers(tmp_path / "a.parquet", TABLES)
    assert pd.read_parquet(tmp_path / "a.parquet")["id"].tolist() == ["a", "b"]


def test_where_a_chunk_fails_nothing_is_left(tmp_path):
    def broken():
        yield TABLES[0]
        raise RetraceError("no")

    with pytest.raises(RetraceError, match="no"):
        write_answers(tmp_path / "a.parquet", broken())
    assert not list(tmp_path.iterdir())


def test_a_name_of_no_known_format_is_refused(tmp_path):
    with pytest.raises(
        RetraceError, match=r"did you mean '.csv'\?\); allowed: a name that ends in .csv"
    ):
        check_name(tmp_path / "a.cvs")
