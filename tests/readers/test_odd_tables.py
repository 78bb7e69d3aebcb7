"""Tables as people bring them: each is read as it was meant, or refused in one line."""

import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from odd_tables import LABELS, NUMBERS, N, arrow, note_of, with_cells
from retrace.core.errors import DataError


@pytest.mark.parametrize("cell", [" ", "\t", "\u00a0", "?", "-", "--", ".", "na", "Missing", "#DIV/0!"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_numbers_with_cells_that_hold_no_value_stay_numbers_and_it_is_said(bring, cell, kind):
    table = with_cells([cell])
    dataset = bring(table) if kind == "csv" else bring(pa.table(table), "t.parquet")
    assert dataset.X["x"].dtype == np.float64
    assert np.flatnonzero(dataset.X["x"].isna()).tolist() == [4, 17, 30]
    assert "Column 'x': 3 of 60 cells are no numbers and became gaps (first: " in note_of(dataset)
    assert " in row 5)" in note_of(dataset)
    assert dataset.columns[0].kind == "number"


@pytest.mark.parametrize(
    "cell", ["n/k", "<0.5", "12 kg", "1,234.5", "$5", "7 %", "O.5", "20.1.3", "see note", "5-6"]
)
def test_one_cell_of_another_meaning_is_named_with_its_row_and_what_settles_it(bring, cell):
    with pytest.raises(DataError, match="column 'x' is nearly all numbers, but 1 of 60 cells") as error:
        bring(with_cells([cell], rows=[7]))
    assert f"(first: {cell!r} in row 8)" in str(error.value)
    assert "`missing`" in str(error.value)
    assert "`columns: {x: category}`" in str(error.value)


def test_many_cells_of_one_unknown_word_among_numbers_are_an_error_too(bring):
    with pytest.raises(DataError, match="but 20 of 60 cells are none"):
        bring(with_cells(["n/k"], rows=range(10, 50, 2)))


@pytest.mark.parametrize("form", ["{} kg", "${}", "{}%", "1,{}", "€ {}"])
def test_numbers_in_other_clothes_are_no_category(bring, form):
    column = [form.format(100 + i) for i in range(N)]
    with pytest.raises(DataError, match="is nearly all numbers, but 60 of 60 cells are none"):
        bring({"x": column, "label": LABELS})


def test_thousands_are_read_where_their_mark_is_said(bring):
    dataset = bring({"x": [f"1,{100 + i}" for i in range(N)], "label": LABELS}, thousands=",")
    assert dataset.X["x"].tolist() == list(range(1100, 1100 + N))


def test_a_typographic_minus_is_one(bring):
    dataset = bring({"x": [f"\u2212{i}.5" for i in range(1, N + 1)], "label": LABELS})
    assert dataset.X["x"].tolist() == [-(i + 0.5) for i in range(1, N + 1)]


def test_decimal_commas_beside_a_blank_are_numbers(bring):
    rows = "".join(f"{i},5;{label}\n" for i, label in enumerate(LABELS))
    dataset = bring("x;label\n ;yes\n" + rows, separator=";", decimal=",")
    assert dataset.X["x"].tolist()[1:] == [i + 0.5 for i in range(N)]


@pytest.mark.parametrize("codes", [["A1", "B2", "C3"], ["1", "2", "X"], ["18-25", "26-35", "36+"]])
def test_codes_stay_categories(bring, codes):
    assert bring({"x": codes * (N // 3), "label": LABELS}).X["x"].tolist()[:3] == codes


def test_words_for_no_value_are_only_those_that_the_description_lists(bring):
    with pytest.raises(DataError, match="first: '-' in row 5"):
        bring(with_cells(["-"]), missing=["?"])


@pytest.mark.parametrize("missing", [["?"], ["?", ""]])
def test_an_empty_cell_is_a_gap_whatever_else_means_no_value(bring, missing):
    X = bring(with_cells(["", "?"], rows=[0, 1]), missing=missing).X
    assert X["x"].dtype == np.float64
    assert X["x"].isna().sum() == 2


def test_missing_works_for_parquet_too_for_numbers_and_text(bring):
    table = arrow(x=[-999.0, *map(float, NUMBERS[1:])], c=["?", "a"] * (N // 2))
    X = bring(table, "t.parquet", missing=["?", -999]).X
    assert X["x"].isna().sum() == 1
    assert X["c"].isna().sum() == N // 2


@pytest.mark.parametrize(
    "column",
    [
        pa.array(map(float, NUMBERS)).cast(pa.decimal128(10, 2)),
        pa.array(range(N), pa.uint8()),
        pa.array(np.arange(N, dtype=np.float16)),
        pa.array([None, *range(1, N)], pa.int64()),
        pa.array([None, *([True, False] * N)][:N]),
        pa.array(NUMBERS),
        pa.array(NUMBERS).cast(pa.large_string()),
        pa.array(list(range(N))).cast(pa.decimal128(20, 0)),
    ],
)
def test_every_type_of_number_in_parquet_is_a_number(bring, column):
    X = bring(arrow(x=column), "t.parquet").X
    assert X["x"].dtype.kind in "fiu"
    assert X["x"].isna().sum() == column.null_count


def test_whole_numbers_stay_exact_as_ids_and_groups(bring):
    big = [2**53 + 1 + i for i in range(N)]
    table = pd.DataFrame({"key": big, "g": big, "x": map(float, NUMBERS), "label": LABELS})
    table = table.astype({"key": "Int64", "g": "Int64"})
    from_parquet = bring(pa.Table.from_pandas(table), "t.parquet", id="key", group="g")
    from_csv = bring(table.to_dict("list"), id="key", group="g")
    for dataset in (from_parquet, from_csv):
        assert dataset.ids.tolist() == dataset.groups.tolist() == big


def test_ids_of_more_digits_than_an_integer_has_stay_text(bring):
    ids = [f"1234567890123456789{i:04}" for i in range(N)]
    dataset = bring({"key": ids, "x": NUMBERS, "label": LABELS}, id="key")
    assert dataset.ids.tolist() == ids


def test_leading_zeros_stay_in_ids_groups_labels_and_features(bring):
    table = {
        "key": [f"{i:05}" for i in range(N)],
        "g": ["07", "7"] * (N // 2),
        "zip": ["01067", "10115"] * (N // 2),
        "x": NUMBERS,
        "label": ["01", "02"] * (N // 2),
    }
    schema = {"columns": {"zip": {"dtype": "text"}}}
    dataset = bring(table, id="key", group="g", schema=schema)
    assert dataset.ids[7] == "00007"
    assert set(dataset.groups) == {"07", "7"}
    assert dataset.classes == ("01", "02")
    assert dataset.X["zip"].tolist()[:2] == ["01067", "10115"]
    assert "Column 'zip': has leading zeros, so it stays text." in dataset.notes


def test_a_gap_in_a_column_of_leading_zeros_changes_nothing(bring):
    dataset = bring({"zip": ["01067", "", "10115"] * 20, "label": LABELS})
    assert set(dataset.X["zip"].dropna()) == {"01067", "10115"}


@pytest.mark.parametrize("twin", ["yes ", "\u00a0yes", "yes\u200b", "\tyes"])
def test_white_space_makes_no_class_no_group_and_no_duplicate_of_its_own(bring, twin):
    labels = ["yes", twin, "no", "no "] * (N // 4)
    table = {"x": [1, 1, 2, 2] * (N // 4), "g": ["a", "a "] * (N // 2), "label": labels}
    dataset = bring(table, group="g")
    assert dataset.classes == ("no", "yes")
    assert set(dataset.groups) == {"a"}
    assert len(set(dataset.row_hash)) == 2


def test_accents_have_one_spelling_and_other_near_twins_are_named(bring):
    labels = ["caf\u00e9", "cafe\u0301", "Yes", "yes"] * (N // 4)
    dataset = bring({"x": NUMBERS, "label": labels})
    assert dataset.classes == ("Yes", "caf\u00e9", "yes")
    assert "near-twins as classes of their own: 'Yes' and 'yes'" in note_of(dataset)


@pytest.mark.parametrize("role", ["target", "group"])
def test_a_class_or_a_group_called_na_names_what_settles_it(bring, role):
    table = {"x": NUMBERS, "label": LABELS, "country": ["NA", "DE"] * (N // 2)}
    keys = {"target": "country", "drop": ["label"]} if role == "target" else {"group": "country"}
    with pytest.raises(
        DataError, match=r"rows, which hold 'NA': is that a value, set `missing: \[\"\"\]`"
    ):
        bring(table, **keys)
    dataset = bring(table, missing=[""], **keys)
    assert "NA" in (dataset.classes if role == "target" else dataset.groups)


def test_few_fractions_that_repeat_are_classes(bring):
    stars = ["0.5", "1.0", "1.5"] * (N // 3)
    assert bring({"x": NUMBERS, "label": stars}).classes == ("0.5", "1", "1.5")


@pytest.mark.parametrize("file", ["t.csv", "t.parquet"])
def test_labels_beyond_64_bits_stay_apart(bring, file):
    labels = [1e20, 2e20] * (N // 2)
    table = {"x": list(map(float, NUMBERS)), "label": labels}
    dataset = bring(table if file == "t.csv" else pa.table(table), file)
    assert dataset.classes == ("1e+20", "2e+20")


def test_the_first_bad_cell_of_a_numeric_target_is_named(bring):
    table = with_cells(["n/k"], rows=[9])
    with pytest.raises(DataError, match=r"holds 'n/k' in row 10 \(1 of 60 are no numbers\)"):
        bring({"z": range(N), "label": table["x"]}, task="regression")


def test_a_repeated_column_is_named(bring):
    with pytest.raises(DataError, match="column 'x' occurs 2 times: rename or remove all but one"):
        bring("x,x ,label\n1,2,a\n", drop=["x"])


@pytest.mark.parametrize("start", [0, 1])
def test_a_nameless_column_that_numbers_the_rows_is_left_out(bring, start):
    rows = "".join(
        f"{i + start},{x},{y}\n" for i, (x, y) in enumerate(zip(NUMBERS, LABELS, strict=True))
    )
    dataset = bring(",x,label\n" + rows)
    assert list(dataset.X) == ["x"]
    assert "Column 1 has no name and numbers the rows: it was left out." in dataset.notes


def test_an_index_that_pandas_wrote_into_parquet_is_no_feature(bring):
    frame = pd.DataFrame({"x": map(float, NUMBERS), "label": LABELS}, index=[f"r{i}" for i in range(N)])
    with pytest.raises(
        DataError, match="column 3 has no name: name it in the file, or list '__index_le"
    ):
        bring(pa.Table.from_pandas(frame), "t.parquet")


def test_a_running_number_with_a_name_is_a_feature_that_is_said(bring):
    dataset = bring({"nr": range(1, N + 1), "x": NUMBERS, "label": LABELS})
    assert "Column 'nr': numbers the rows: name it as `id`, or list it under `drop`." in dataset.notes


def test_names_with_white_space_are_found_without_it(bring):
    assert list(bring("x , label\n1,a\n2,b\n3,a\n").X) == ["x"]


def test_a_stray_quote_that_swallows_rows_is_an_error_with_its_row(bring):
    lines = [f"item {i},{label},{i}.5" for i, label in enumerate(LABELS)]
    lines[10], lines[40] = f'"{lines[10]}', f'"{lines[40]}'
    text = "\n".join(["name,label,x", *lines]) + "\n"
    with pytest.raises(DataError, match="row 11 in column 'name' holds 30 line breaks and whole rows"):
        bring(text, drop=["name"])
    assert len(bring(text, drop=["name"], quote="none")) == N


def test_texts_of_several_lines_are_no_swallowed_rows(bring):
    texts = ["one, two\nthree, four, five\nsix"] * N
    assert len(bring({"Body": texts, "label": LABELS}, kind="text", text="Body")) == N


def test_a_last_line_that_breaks_off_is_an_error_and_short_lines_are_a_note(bring):
    with pytest.raises(
        DataError, match=r"the last line \(4\) has 2 of 3 fields and no end: the file was cut"
    ):
        bring("label,x,z\na,1,2\nb,2,3\na,3")
    dataset = bring("label,x,z\na,1,2\nb,2\na,3,4\n")
    assert "1 line has fewer than 3 fields (first: line 3 with 2)" in note_of(dataset)


@pytest.mark.parametrize(
    ("content", "file", "message"),
    [
        (b"sep=,\nx,label\n1,a\n", "t.csv", "line 1 is Excel's 'sep=': remove that line"),
        (b"x,y\n1,2,a\n", "t.csv", "line 1 has 2 fields .'x', 'y'., lines below it have more"),
        (b"PK\3\4", "t.xlsx", "a zip archive"),
        (b"\xd0\xcf\x11\xe0", "t.csv", "is an Excel workbook: save the sheet as CSV"),
        (gzip.compress(b"x,label\n1,a\n" * 999, mtime=0)[:50], "t.csv.gz", "is damaged or cut off"),
        (gzip.compress(b"x\n1\n", mtime=0), "t.csv", "compressed with gzip: let its name end in .gz"),
        (b"PAR1", "t.csv", "is a Parquet file: let its name end in .parquet"),
        (b"x,label\n", "t.parquet", "not a readable parquet file: it begins with b'x,label"),
        (b"<!DOCTYPE html><html>", "t.csv", "is a web page: the download brought a page"),
        (b"version https://git-lfs.github.com", "t.csv", "a pointer of Git LFS, not the data"),
        ("x,label\n1,a\n".encode("utf-16"), "t.csv", "is UTF-16 text: set `encoding: utf-16`"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_one_line_with_the_cause(bring, content, file, message):
    with pytest.raises(DataError, match=message):
        bring(content, file)


def test_an_excel_workbook_is_called_one(bring, tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(DataError, match="is an Excel workbook: save the sheet as CSV, or as Parquet"):
        bring((tmp_path / "book.xlsx").read_bytes(), "t.xlsx")


def test_a_folder_of_parquet_files_is_one_table(bring):
    def spark(folder):
        folder.mkdir()
        for part in (0, 1):
            rows = slice(part * 30, part * 30 + 30)
            table = pa.table({"x": NUMBERS[rows], "label": LABELS[rows]})
            pq.write_table(table, folder / f"part-0000{part}.parquet")
        (folder / "_SUCCESS").write_text("")

    assert bring(spark, "t.parquet").X["x"].tolist() == [float(number) for number in NUMBERS]


def test_a_column_of_lists_can_be_dropped_and_is_named_where_it_is_not(bring):
    table = arrow(emb=[[1.0, 2.0]] * N, x=list(map(float, NUMBERS)))
    assert list(bring(table, "t.parquet", drop=["emb"]).X) == ["x"]
    with pytest.raises(
        DataError, match="column 'emb' holds lists, which are no numbers or text: list it"
    ):
        bring(table, "t.parquet")


def test_bytes_that_are_text_are_decoded(bring):
    texts = [f"caf\u00e9 number {i}".encode() for i in range(N)]
    dataset = bring(arrow(Body=texts), "t.parquet", kind="text", text="Body")
    assert dataset.X[0] == "caf\u00e9 number 0"


def test_bytes_that_are_no_text_are_refused(bring):
    table = arrow(x=[b"\xff\xfe"] * N)
    with pytest.raises(DataError, match="column 'x' holds bytes, which are no numbers or text"):
        bring(table, "t.parquet")


def test_a_time_format_holds_for_dates_of_digits(bring):
    days = pd.date_range("2022-01-01", periods=N)
    table = {"when": days.strftime("%d%m%Y"), "x": NUMBERS, "label": LABELS}
    dataset = bring(table, time="when", time_format="%d%m%Y")
    assert (dataset.times == days.to_numpy()).all()
    without_zeros = arrow(when=[int(day) for day in table["when"]], x=NUMBERS)
    dataset = bring(without_zeros, "t.parquet", time="when", time_format="%d%m%Y")
    assert (dataset.times == days.to_numpy()).all()


def test_a_duration_is_no_time(bring):
    table = arrow(t=pa.array(range(N), pa.duration("s")), x=NUMBERS)
    with pytest.raises(DataError, match=r"holds timedelta64.* values, should be dates or numbers"):
        bring(table, "t.parquet", time="t")


def test_a_wrong_date_is_named_with_its_row(bring):
    when = ["2024-01-01"] * 30 + ["2024-02-31"] + ["2024-01-02"] * 29
    with pytest.raises(DataError, match="1 are none, first: '2024-02-31' in row 31"):
        bring({"when": when, "x": NUMBERS, "label": LABELS}, time="when")


def test_codes_that_pandas_calls_categories_are_categories(bring):
    frame = pd.DataFrame({"ward": pd.Categorical([1, 2, 3] * (N // 3)), "label": LABELS})
    dataset = bring(pa.Table.from_pandas(frame), "t.parquet")
    assert dataset.X["ward"].dtype == object
    assert dataset.columns[0].kind == "category"


def test_zero_bytes_end_no_field_in_silence(bring):
    with pytest.raises(DataError, match="holds zero bytes, as no text does: it is damaged"):
        bring(b"x,label\n1\0002,a\n3,b\n")


def test_a_decimal_comma_names_its_key(bring):
    rows = "".join(f"{i},5;{label}\n" for i, label in enumerate(LABELS))
    with pytest.raises(DataError, match=r"first: '0,5' in row 1\): set `decimal` or `thousands`"):
        bring("x;label\n" + rows, separator=";")


def test_a_file_without_a_header_line_names_the_key(bring):
    with pytest.raises(DataError, match="without a header line, name the columns: `names: "):
        bring("1.5,yes\n2.5,no\n")
