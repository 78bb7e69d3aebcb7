"""More of what people bring: other programs, other scripts, other ways to write a number or a date."""

import os
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from odd_tables import LABELS, NUMBERS, N, arrow, csv_of, note_of, of_cells, with_cells
from retrace.core.errors import DataError

CSV = csv_of("x,label", lambda i: f"{NUMBERS[i]},{LABELS[i]}")


@pytest.mark.parametrize("cell", ["\\N", "(null)", "undefined", "not applicable", "#NAME?"])
def test_more_words_that_mean_no_value_among_numbers(bring, cell):
    assert bring(with_cells([cell])).X["x"].isna().sum() == 3


@pytest.mark.parametrize(
    "cells",
    [
        [f"{i} years" for i in range(N)],
        [f"({i}.50)" for i in range(N)],
        [f"{i}.50-" for i in range(N)],
        [f"'{i}.5" for i in range(N)],
        [f'="{i}.5"' for i in range(N)],
        [f"b'{i}.5'" for i in range(N)],
        [f"1\u202f{i:03}" for i in range(N)],
    ],
)
def test_numbers_in_still_other_clothes_are_no_category(bring, cells):
    with pytest.raises(DataError, match="is nearly all numbers, but 60 of 60 cells are none"):
        bring(of_cells(cells))


def test_codes_of_digits_and_letters_are_no_numbers_with_units(bring):
    cells = [f"10{i:02} {chr(65 + i % 26)}{chr(65 + i % 7)}" for i in range(N)]
    assert bring(of_cells(cells)).columns[0].kind == "category"


@pytest.mark.parametrize(
    "cells",
    [["\uff11\uff12", "\uff11\uff13\uff0e\uff15"], ["\u0661\u0662", "\u0661\u0663\u066b\u0665"]],
)
def test_digits_of_any_script_are_digits(bring, cells):
    assert bring(of_cells(cells)).X["x"].tolist()[:2] == [12, 13.5]


def test_thousands_beside_a_gap_are_still_read(bring):
    cells = [f"1,{i:03}" for i in range(N - 1)] + ["?"]
    assert bring(of_cells(cells), thousands=",").X["x"].tolist()[:2] == [1000, 1001]


@pytest.mark.parametrize(
    ("cells", "keys"),
    [
        ([f"1,{i:03}" for i in range(N - 1)] + ["n/k"], {"thousands": ","}),
        ([f"{i},5" for i in range(N - 1)] + ["n/k"], {"decimal": ","}),
    ],
)
def test_the_wrong_cell_of_a_target_is_named_however_numbers_are_written(bring, cells, keys):
    with pytest.raises(DataError, match=r"holds 'n/k' in row 60 \(1 of 60 are no numbers\)"):
        bring({"x": NUMBERS, "label": cells}, task="regression", **keys)


@pytest.mark.parametrize("cells", [["Jan-24", "Feb-24"], ["May 2024", "Jun 2024"]])
def test_months_are_dates(bring, cells):
    with pytest.raises(DataError, match="column 'x' is a date: name it as `time`, list it under"):
        bring(of_cells(cells))


@pytest.mark.parametrize("gap", [[], [""]])
def test_dates_of_digits_are_dates_and_their_owner_may_call_them_numbers(bring, gap):
    days = [f"202401{day:02}" for day in range(1, 31)] + gap
    with pytest.raises(DataError, match="column 'x' is a date written as a number") as error:
        bring(of_cells(days))
    assert "`columns: {x: {kind: date, format: '%Y%m%d'}}`" in str(error.value)
    declared = bring(of_cells(days), columns={"x": {"kind": "date", "format": "%Y%m%d"}})
    assert declared.X["x"].tolist()[:2] == [19723, 19724]
    assert bring(of_cells(days), columns={"x": "number"}).X["x"].tolist()[0] == 20240101


def test_numbers_of_eight_digits_that_are_no_dates_stay_numbers(bring):
    assert bring(of_cells([20240101 + 7 * i for i in range(N)])).columns[0].kind == "number"


def test_all_columns_that_need_a_word_are_named_at_once(bring):
    table = {f"d{i}": ["2024-01-31"] * N for i in range(3)} | {"z": NUMBERS, "label": LABELS}
    with pytest.raises(DataError, match="column 'd0' is a date") as error:
        bring(table)
    assert [detail.split(" is")[0] for detail in error.value.details] == ["column 'd1'", "column 'd2'"]


def test_a_category_that_names_each_row_is_said(bring):
    dataset = bring(of_cells([f"name {i}" for i in range(N)]))
    assert "Column 'x': 60 values in 60 rows: what names a row belongs under `drop`." in dataset.notes


def test_a_declared_category_is_taken_as_it_is_written(bring):
    cells = ["1.1", "1.10", "2.0"] * 20
    dataset = bring(of_cells(cells), columns={"x": "category"})
    assert set(dataset.X["x"]) == {"1.1", "1.10", "2"}


def test_years_in_the_names_of_folders_are_numbers(bring):
    def hive(folder):
        for year in (2020, 2021):
            (folder / f"year={year}").mkdir(parents=True)
            pq.write_table(arrow(x=NUMBERS), folder / f"year={year}/a.parquet")

    X = bring(hive, "t.parquet").X
    assert X["year"].tolist() == [2020] * N + [2021] * N


def test_a_dictionary_is_a_way_to_store_numbers_and_no_category(bring):
    assert bring(arrow(x=pa.array(NUMBERS).dictionary_encode()), "t.parquet").columns[0].kind == "number"


def test_large_unsigned_numbers_may_have_gaps(bring):
    large = pa.array([None, *(2**63 + i for i in range(1, N))], pa.uint64())
    X = bring(arrow(x=large), "t.parquet").X
    assert X["x"].isna().sum() == 1
    assert X["x"].iloc[1] == 2.0**63


@pytest.mark.parametrize(
    ("content", "file", "message"),
    [
        (b'{"x": 1}\n', "t.json", "is JSON: save the table as CSV"),
        (b'[{"x": 1}]', "t.csv", "is JSON: save the table as CSV"),
        (b"@relation x\n@data\n1,a\n", "t.arff", "is an ARFF file"),
        (b"\x93NUMPY\x01\x00", "t.csv", "is an array of NumPy"),
        (b"\x80\x05\x95", "t.pkl", "is a pickle"),
        (b"Rar!\x1a", "t.csv", "is a RAR archive: unpack it"),
        (b"no zip", "t.zip", "is damaged or cut off"),
        (
            "x,label\n1,a\n".encode("utf-16-le"),
            "t.csv",
            r"UTF-16 without a mark \(`encoding: utf-16-le`",
        ),
        (csv_of("'x','label'", lambda i: f"'{i}','a'"), "t.csv", 'set `quote: "\'"`'),
        (csv_of("x,label", lambda i: f"'a, b',{LABELS[i]}"), "t.csv", 'set `quote: "\'"`'),
        (csv_of("x,label", lambda i: f'"a \\"b\\", c",{LABELS[i]}'), "t.csv", r"set `escape: \\`"),
        (csv_of("x   label", lambda i: f"{i}   a"), "t.csv", r"set `separator: '\\s\+'`"),
    ],
)
def test_more_files_that_are_not_what_their_name_says(bring, content, file, message):
    with pytest.raises(DataError, match=message):
        bring(content, file)


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        (CSV.encode("utf-16-le"), {"encoding": "utf-16-le"}),
        (CSV.encode("utf-16"), {"encoding": "utf-16"}),
        (CSV.replace("x", "gr\u00f6\u00dfe").encode("cp1252"), {"encoding": "cp1252"}),
        (CSV.replace(",", "\t"), {"separator": "\\t"}),
        (CSV.replace(",", "\t"), {"separator": "\t"}),
        (CSV.replace(",", ";"), {"separator": ";"}),
        (CSV.replace(",", "  "), {"separator": r"\s+"}),
        (CSV.replace(",", "||"), {"separator": "||"}),
        (csv_of("'x','label'", lambda i: f"'{NUMBERS[i]}','{LABELS[i]}'"), {"quote": "'"}),
        (csv_of("a,x,label", lambda i: f'"b\\"c\\", d",{NUMBERS[i]},{LABELS[i]}'), {"escape": "\\"}),
        (CSV.partition("\n")[2], {"names": ["x", "label"]}),
        (b"\xef\xbb\xbf" + CSV.encode(), {}),
        (CSV.replace("\n", "\r\n"), {}),
        (CSV.replace("\n", ",\n"), {}),
    ],
)
def test_what_an_error_advises_works(bring, content, keys):
    dataset = bring(content, **keys)
    assert dataset.X.iloc[:, -1].tolist() == [float(number) for number in NUMBERS]
    assert dataset.classes == ("no", "yes")


def test_columns_whose_names_begin_as_other_files_do_are_read(bring):
    table = {"par1": NUMBERS, "bzh": NUMBERS, "rdx": NUMBERS, "label": LABELS}
    assert list(bring(table).X) == ["par1", "bzh", "rdx"]


def test_an_archive_of_several_files_names_them(bring):
    def pack(path):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.csv", CSV)
            archive.writestr("__MACOSX/._a.csv", "")

    with pytest.raises(DataError, match=r"holds 2 files \(a.csv, __MACOSX/._a.csv\), should hold the"):
        bring(pack, "t.zip")


def test_a_pipe_is_never_waited_for(bring):
    with pytest.raises(DataError, match="is no file but a pipe, a socket or a device"):
        bring(os.mkfifo)


def test_a_pipe_among_parquet_files_is_passed_over(bring):
    def folder(path):
        path.mkdir()
        os.mkfifo(path / "pipe")
        pq.write_table(arrow(x=list(map(float, NUMBERS))), path / "a.parquet")

    assert len(bring(folder, "t.parquet")) == N


def test_a_folder_of_other_files_is_called_one(bring):
    def folder(path):
        path.mkdir()
        (path / "a.csv").write_text(CSV)

    with pytest.raises(DataError, match=r"is a folder without Parquet files \(a.csv\)"):
        bring(folder, "parts")


def test_parts_are_known_by_the_names_that_people_give_them(bring):
    parts = ["Train", "val", "TEST"] * (N // 3)
    dataset = bring({"x": NUMBERS, "p": parts, "label": LABELS}, part="p")
    assert dataset.fixed_part.tolist()[:3] == ["train", "validation", "test"]


def test_infinite_numbers_are_counted(bring):
    dataset = bring(of_cells(["1.5", "inf", "-Infinity"]))
    assert "Column 'x': 40 infinite cells become gaps." in note_of(dataset)
    assert np.isinf(dataset.X["x"]).sum() == 40


def test_a_text_that_pandas_takes_for_no_value_is_a_text(bring):
    texts = ["NA", "null", "", "fine"] * (N // 4)
    dataset = bring({"Body": texts, "label": LABELS}, kind="text", text="Body")
    assert dataset.X.tolist()[:4] == texts[:4]
    assert "'Body' is empty in 15 of 60 rows." in dataset.notes
