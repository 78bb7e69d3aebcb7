import codecs
import dataclasses

import pytest

from retrace.core.errors import DataError
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


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
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
