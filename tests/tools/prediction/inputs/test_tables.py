import pandas as pd
import pytest

from answers import assert_same
from retrace.core.errors import DataError

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
    answer, told = ask(source, titanic / "new.csv")
    assert_same(answer.astype({"id": int}), expected)
    assert told.extra == ()


def test_a_row_that_is_no_number_is_named_or_left_out(make_source, ask, examples, wine):
    source, expected = make_source("wine", examples, "gaussian_nb")
    rows = pd.read_csv(wine).astype(object)
    rows.iloc[3, 0] = "abc"
    rows.to_csv(wine, index=False)
    with pytest.raises(DataError, match="has a row that the model cannot take") as caught:
        ask(source, wine)
    assert caught.value.details == ("row 4: alcohol holds 'abc', should be a number",)
    answer, told = ask(source, wine, skip=True)
    assert_same(answer, expected.drop(3).reset_index(drop=True))
    assert told.n_skipped == 1


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
    _, told = ask(source, titanic / "new.csv")
    assert told.unseen == {"Embarked": {"Z": 3}}
    assert told.extra == ("Deck",)


def test_a_column_that_occurs_twice_is_refused(make_source, ask, examples, wine):
    source, _ = make_source("wine", examples, "gaussian_nb")
    wine.write_text(wine.read_text().replace("proline", "proline,alcohol", 1))
    with pytest.raises(DataError, match="column 'alcohol' occurs more than once"):
        ask(source, wine)
