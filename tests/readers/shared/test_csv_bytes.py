import pytest

from retrace.readers.shared import csv_bytes
from retrace.readers.shared.csv_bytes import count_signs


@pytest.mark.parametrize("chunk", [1, 3, 2**22])
@pytest.mark.parametrize(
    ("text", "leading"),
    [("a,b\n1,07\n", True), ("a,b\n01,7\n", True), ('a,b\n"01",7\n', True), ("a,b\n10,0.5\n", False)],
)
def test_leading_zeros_and_separators_are_seen_wherever_a_chunk_ends(
    tmp_path, monkeypatch, text, leading, chunk
):
    monkeypatch.setattr(csv_bytes, "CHUNK", chunk)
    (tmp_path / "t.csv").write_text(text)
    signs = count_signs(tmp_path / "t.csv", ",", "utf-8")
    assert signs.leading_zeros is leading
    assert signs.separators == 2


def test_what_has_several_bytes_to_a_sign_is_not_counted(tmp_path):
    assert count_signs(tmp_path, ",", "utf-16") is None
    assert count_signs(tmp_path, "||", "utf-8") is None
