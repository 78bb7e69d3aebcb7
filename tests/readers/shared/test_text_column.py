import numpy as np
import pandas as pd
import pytest

from retrace.core.errors import DataError, ParamsError
from retrace.readers import read

TABLE = pd.DataFrame(
    {"label": ["a", "b", "a", "b"], "Body": ["one two", None, "one two", "so"], "n": [1, 2, 3, 4]}
)

DESCRIPTION = """\
title: Mine
task: classification
kind: {kind}
reader: table
file: table.csv
target: label
licence: none
"""


@pytest.fixture
def bring(tmp_path):
    def bring(text, table=TABLE, kind="text"):
        (tmp_path / "mine").mkdir()
        table.to_csv(tmp_path / "mine/table.csv", index=False)
        lines = DESCRIPTION.format(kind=kind) + (f"text: {text}\n" if text else "")
        (tmp_path / "mine.yaml").write_text(lines)
        return read("mine", tmp_path)

    return bring


def test_a_column_of_texts_is_the_input_and_a_gap_an_empty_text(bring):
    found = bring("Body")
    assert found.X.tolist() == ["one two", "", "one two", "so"]
    assert found.X.dtype == object
    assert found.notes == ("'Body' is empty in 1 of 4 rows.",)


def test_rows_of_one_text_and_label_are_duplicates_whatever_else_they_hold(bring):
    assert np.unique(bring("Body").row_hash).size == 3


def test_a_column_of_numbers_is_no_text(bring):
    with pytest.raises(DataError, match=r"text 'n' holds numbers \(such as 1\): name a column of texts"):
        bring("n")


def test_a_column_without_any_text_is_refused(bring):
    with pytest.raises(DataError, match="text 'Body' is empty in every row"):
        bring("Body", TABLE.assign(Body=" "))


def test_a_column_that_is_not_there_names_the_nearest(bring):
    with pytest.raises(DataError, match=r"no column 'body' \(named as `text`\) \(did you mean 'Body'"):
        bring("body")


@pytest.mark.parametrize(("kind", "text"), [("text", None), ("tabular", "Body")])
def test_kind_text_and_the_column_go_together(bring, kind, text):
    with pytest.raises(ParamsError, match=r"`kind: text` and `text:` .* go together"):
        bring(text, kind=kind)
