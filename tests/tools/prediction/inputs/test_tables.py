import pandas as pd
import pytest

from answers import assert_same
from retrace.cleaning.cleaners import clean
from retrace.core.errors import DataError
from retrace.readers import read
from retrace.tools.prediction.inputs import tables
from retrace.tools.prediction.predictor import load_predictor

TITANIC = """\
title: Passengers of the Titanic
task: classification
kind: tabular
reader: table
file: titanic.csv
target: Survived
id: PassengerId
drop: [Name, Ticket, Cabin]
licence: not stated
"""


@pytest.fixture
def titanic(tmp_path, titanic_csv):
    (tmp_path / "data/titanic").mkdir(parents=True)
    (tmp_path / "data/titanic/titanic.csv").write_bytes(titanic_csv.read_bytes())
    (tmp_path / "data/titanic.yaml").write_text(TITANIC)
    return tmp_path / "data"


def test_a_table_without_its_target_gets_what_the_report_says(make_source, ask, examples, wine):
    source, expected = make_source("wine", examples, "logistic_regression")
    assert_same(ask(source, wine)[0], expected)


def test_a_table_with_gaps_and_words_gets_what_the_report_says(make_source, ask, titanic):
    source, expected = make_source("titanic", titanic, "hist_gradient_boosting", max_iter=5)
    rows = pd.read_csv(titanic / "titanic/titanic.csv").drop(columns="Survived")
    rows.to_csv(titanic / "new.csv", index=False)
    answer, summary = ask(source, titanic / "new.csv")
    assert_same(answer.astype({"id": int}), expected)
    assert summary.extra == ()


def test_a_row_that_is_no_number_is_named_or_left_out(make_source, ask, examples, wine):
    source, expected = make_source("wine", examples, "gaussian_nb")
    rows = pd.read_csv(wine).astype(object)
    rows.iloc[3, 0] = "abc"
    rows.to_csv(wine, index=False)
    with pytest.raises(DataError, match="has a row that the model cannot take") as caught:
        ask(source, wine)
    assert caught.value.details == ("row 4: alcohol holds 'abc', should be a number",)
    answer, summary = ask(source, wine, skip=True)
    assert_same(answer, expected.drop(3).reset_index(drop=True))
    assert summary.n_skipped == 1


def test_lacking_columns_are_named_with_the_nearest(make_source, ask, examples, wine):
    source, _ = make_source("wine", examples, "gaussian_nb")
    pd.read_csv(wine).rename(columns={"alcohol": "alcohl"}).to_csv(wine, index=False)
    with pytest.raises(
        DataError, match=r"lacks 1 of the 13 columns.*\(alcohol\).*did you mean 'alcohl'"
    ):
        ask(source, wine)


def test_unseen_categories_and_unknown_columns_are_noted(make_source, ask, titanic):
    source, _ = make_source("titanic", titanic, "gaussian_nb")
    rows = pd.read_csv(titanic / "titanic/titanic.csv").assign(Deck="A")
    rows.loc[:2, "Embarked"] = "Z"
    rows.to_csv(titanic / "new.csv", index=False)
    _, summary = ask(source, titanic / "new.csv")
    assert summary.unseen == {"Embarked": {"Z": 3}}
    assert summary.extra == ("Deck",)


def test_a_column_that_occurs_twice_is_refused(make_source, ask, examples, wine):
    source, _ = make_source("wine", examples, "gaussian_nb")
    wine.write_text(wine.read_text().replace("proline", "proline,alcohol", 1))
    with pytest.raises(DataError, match="column 'alcohol' occurs more than once"):
        ask(source, wine)


ODD = """\
title: Written in its own way
task: classification
kind: tabular
reader: table
file: odd.csv
target: label
id: key
separator: ";"
decimal: ","
thousands: "."
quote: "'"
missing: ["?"]
columns:
  size: {kind: ordered, order: ["01", "02", "10"]}
  day: {kind: date, format: "%d%m%Y"}
  version: category
  code: category
"""

ODD_HEADER = "key; size ;day;version;code;price;zip;label"


def odd_row(n):
    size, day = ("01", "02", "10")[n % 3], f"{1 + n % 28:02}0{1 + n % 9}2024"
    price = "?" if n == 4 else f"1.{n:03},5"
    code = "?" if n % 7 == 3 else f"{n % 2}.0"
    return f"{n:04};{size};{day};1.{n % 2}0;{code};{price};'0{n % 3};1';{'ab'[n % 2]}"


@pytest.fixture
def odd(tmp_path):
    """A description with all that says how a table is written, and its rows."""
    (tmp_path / "data/odd").mkdir(parents=True)
    rows = [odd_row(n) for n in range(60)]
    (tmp_path / "data/odd/odd.csv").write_text("\n".join([ODD_HEADER, *rows]) + "\n")
    (tmp_path / "data/odd.yaml").write_text(ODD)
    return tmp_path / "data", rows


@pytest.mark.parametrize("at_a_time", [1, 60])
def test_new_rows_are_read_as_the_description_reads_those_of_training(
    make_source, ask, odd, monkeypatch, at_a_time
):
    source, expected = make_source("odd", odd[0], "hist_gradient_boosting", max_iter=5)
    monkeypatch.setattr(tables, "_rows_at_a_time", lambda predictor: at_a_time)
    new = odd[0] / "new.csv"
    new.write_text("\n".join(line.rpartition(";")[0] for line in [ODD_HEADER, *odd[1]]) + "\n")
    answer, summary = ask(source, new)
    assert_same(answer, expected)
    assert summary.unseen == {}


def test_the_inputs_of_new_rows_are_those_of_training(make_source, odd, tmp_path):
    source, _ = make_source("odd", odd[0], "hist_gradient_boosting", max_iter=1)
    predictor = load_predictor(source)
    (chunk,) = tables.table_chunks(str(odd[0] / "odd/odd.csv"), predictor, skip=False)
    pd.testing.assert_frame_equal(
        predictor.clean(tables.read_table(chunk, predictor).X),
        clean(read("odd", odd[0]), source.preprocess).X,
    )


def test_a_table_without_a_header_of_another_width_is_refused(make_source, ask, odd):
    data, rows = odd
    (data / "odd.yaml").write_text(ODD + "names: [key, size, day, version, code, price, zip, label]\n")
    (data / "odd/odd.csv").write_text("\n".join(rows) + "\n")
    source, _ = make_source("odd", data, "hist_gradient_boosting", max_iter=1)
    (data / "new.csv").write_text(rows[0].partition(";")[2].rpartition(";")[0] + "\n")
    with pytest.raises(DataError, match="line 1 has 6 fields, should have the 8 that `names` lists"):
        ask(source, data / "new.csv")


def test_a_text_called_na_is_what_it_was_in_training(make_source, ask, tmp_path):
    (tmp_path / "data/posts").mkdir(parents=True)
    rows = [["NA,a", "good one,b", "null,a", "good two,b"][n % 4] for n in range(40)]
    (tmp_path / "data/posts/posts.csv").write_text("\n".join(["Body,label", *rows]) + "\n")
    (tmp_path / "data/posts.yaml").write_text(
        "title: t\ntask: classification\nkind: text\nreader: table\nfile: posts.csv\n"
        "target: label\ntext: Body\n"
    )
    source, expected = make_source("posts", tmp_path / "data", "logistic_regression")
    assert_same(ask(source, tmp_path / "data/posts/posts.csv")[0], expected)
