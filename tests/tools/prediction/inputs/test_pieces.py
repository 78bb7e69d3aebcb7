import gzip
import zipfile

import pandas as pd
import pytest

from retrace.core.errors import DataError


def test_a_line_with_too_many_fields_is_named_or_left_out(make_source, ask, examples, wine):
    source, expected = make_source("wine", examples, "gaussian_nb")
    wine.write_text(wine.read_text().replace("\n13.2,", "\n7,13.2,", 1))
    with pytest.raises(DataError, match="line 3 has 14 fields, should have 13"):
        ask(source, wine)
    answer, summary = ask(source, wine, skip=True)
    assert len(answer) == len(expected) - 1
    assert summary.skipped[0].row == "line 3"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is not there"),
        ("", "is empty"),
        ("alcohol\n", "lacks 12 of the 13 columns"),
        ("\0\1\2", "lacks 13 of the 13 columns"),
    ],
)
def test_what_is_no_table_is_said_in_one_line(make_source, ask, examples, tmp_path, content, said):
    source, _ = make_source("wine", examples, "gaussian_nb")
    path = tmp_path / "new.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DataError, match=said):
        ask(source, path)


def test_a_table_without_a_header_line_may_lack_its_target(make_source, ask, tmp_path):
    (tmp_path / "data/made").mkdir(parents=True)
    rows = [f"{'ab'[n % 2]},{n % 2}.5,{n}.25" for n in range(60)]
    (tmp_path / "data/made/made.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "data/made.yaml").write_text(
        "title: t\ntask: classification\nkind: tabular\nreader: table\nlicence: none\n"
        "file: made.csv\ntarget: label\nnames: [label, signal, noise]\n"
    )
    source, expected = make_source("made", tmp_path / "data", "gaussian_nb")
    (tmp_path / "new.csv").write_text("\n".join(row[2:] for row in rows) + "\n")
    assert ask(source, tmp_path / "new.csv")[0]["predicted"].equals(expected["predicted"])


def test_numbers_of_every_type_of_parquet_are_numbers(make_source, ask, examples, wine):
    source, expected = make_source("wine", examples, "gaussian_nb")
    rows = pd.read_csv(wine)
    rows = rows.astype({"magnesium": "Int64", "hue": "float32", "proline": "string"})
    rows.to_parquet(wine.with_suffix(".parquet"))
    assert ask(source, wine.with_suffix(".parquet"))[0]["predicted"].equals(expected["predicted"])


def test_a_compressed_table_is_read(make_source, ask, examples, wine):
    source, expected = make_source("wine", examples, "gaussian_nb")
    packed = wine.with_name("wine.csv.gz")
    packed.write_bytes(gzip.compress(wine.read_bytes()))
    assert ask(source, packed)[0]["predicted"].equals(expected["predicted"])


def test_a_file_of_another_program_is_refused(make_source, ask, examples, wine):
    source, _ = make_source("wine", examples, "gaussian_nb")
    with zipfile.ZipFile(wine, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(DataError, match="Excel"):
        ask(source, wine)
