import codecs
import dataclasses

import numpy as np
import pandas as pd
import pytest

from retrace.core.errors import DataError, ParamsError
from retrace.readers import read
from retrace.readers.shared.texts import TextFile, TextsDescription, decode, hash_text, to_dataset

DESCRIPTION = TextsDescription(
    title="Texts", task="classification", kind="text", reader="x", licence="none"
)


def files(*contents):
    return [
        TextFile(path=f"{'ab'[i % 2]}/{i}", part=None, label="ab"[i % 2], content=content)
        for i, content in enumerate(contents)
    ]


def decoded(*contents, **keys):
    return decode(files(*contents), dataclasses.replace(DESCRIPTION, **keys), "data/x")


def test_utf_8_is_tried_first_and_the_fallback_is_counted():
    texts, notes = decoded("Käse".encode(), "Käse".encode("latin-1"), b"cheese")
    assert texts == ["Käse", "Käse", "cheese"]
    assert notes == ["1 of 3 files are not UTF-8 and were read as latin-1."]


def test_another_fallback_reads_other_letters():
    assert decoded("Łódź".encode("cp1250"), fallback_encoding="cp1250")[0] == ["Łódź"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(encoding):
    texts, notes = decoded("Käse".encode(encoding), codecs.BOM_UTF16_BE + "Käse".encode("utf-16-be"))
    assert texts == ["Käse", "Käse"]
    assert notes == []


def test_a_declared_encoding_holds_for_every_file():
    assert decoded(b"\xff\xfe", encoding="latin-1")[0] == ["ÿþ"]
    with pytest.raises(DataError, match=r"data/x: 1 of 2 files are not ascii text \(a/0\): remove what"):
        decoded(b"\xff", b"fine", encoding="ascii")


def test_what_holds_zero_bytes_is_no_text_and_all_are_listed():
    pictures = [b"PNG\0\0"] * 7
    with pytest.raises(DataError, match=r"7 of 8 files are not UTF-8 or latin-1 text .* and 2 more\)"):
        decoded(*pictures, b"text")


@pytest.mark.parametrize("content", [b"%PDF-1.4 \xe2\xe3", b"{\\rtf1 hello}", b"PK\x03\x04x"])
def test_a_file_of_another_program_is_no_text(content):
    with pytest.raises(DataError, match="1 of 1 files are not UTF-8 or latin-1 text"):
        decoded(content)


def test_an_unknown_encoding_is_named():
    with pytest.raises(ValueError, match="got 'latin-8000', which Python does not know"):
        dataclasses.replace(DESCRIPTION, encoding="latin-8000")


def test_empty_texts_are_kept_and_counted():
    assert decoded(b"", b" \n", b"a")[1] == ["2 of 3 files hold no text; they are kept, as empty texts."]


def test_rows_are_sorted_and_duplicates_of_one_class_share_a_hash():
    found = to_dataset(files(b"x", b"y", b"x", b"x")[::-1], DESCRIPTION, "mine", "data/mine")
    assert found.ids.tolist() == ["a/0", "a/2", "b/1", "b/3"]
    assert found.X.tolist() == ["x", "x", "y", "x"]
    assert found.classes == ("a", "b")
    assert found.row_hash[0] == found.row_hash[1] != found.row_hash[3]


def test_a_label_and_a_text_cannot_be_mistaken_for_others():
    assert hash_text(b"bc", "a") != hash_text(b"c", "ab")


TABLE = pd.DataFrame(
    {"label": ["a", "b", "a", "b"], "Body": ["one two", None, "one two", "so"], "n": [1, 2, 3, 4]}
)

OF_A_TABLE = """\
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
        lines = OF_A_TABLE.format(kind=kind) + (f"text: {text}\n" if text else "")
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
