"""What a model says of rows without labels is what the report says of the same rows."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_digits, load_wine

from retrace.core.errors import DataError
from retrace.tools.prediction.inputs import tables

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

POSTS = "title: Posts\ntask: classification\nkind: text\nreader: text_folder\nlicence: none\n"


def assert_same(answer, expected):
    pd.testing.assert_frame_equal(answer, expected, check_dtype=False, rtol=0, atol=1e-12)


@pytest.fixture
def wine(tmp_path):
    path = tmp_path / "wine.csv"
    load_wine(as_frame=True).data.to_csv(path, index=False)
    return path


@pytest.fixture
def titanic(tmp_path, titanic_csv):
    (tmp_path / "data/titanic").mkdir(parents=True)
    (tmp_path / "data/titanic/titanic.csv").write_bytes(titanic_csv.read_bytes())
    (tmp_path / "data/titanic.yaml").write_text(TITANIC)
    return tmp_path / "data"


def test_a_table_without_its_target_gets_what_the_report_says(make_source, ask, examples, wine):
    source, expected = make_source("wine", examples, "logistic_regression")
    assert_same(ask(source, wine)[0], expected)


def test_the_answers_do_not_depend_on_chunks_processes_or_format(
    make_source, ask, examples, wine, monkeypatch
):
    source, expected = make_source("wine", examples, "random_forest", n_estimators=5)
    load_wine(as_frame=True).data.to_parquet(wine.with_suffix(".parquet"))
    monkeypatch.setattr(tables, "MOST", 50)
    monkeypatch.setattr(tables, "FEWEST", 50)
    for path, jobs in ((wine, 1), (wine.with_suffix(".parquet"), 1), (wine, 2)):
        assert_same(ask(source, path, jobs=jobs)[0], expected)


def test_a_table_with_gaps_and_words_gets_what_the_report_says(make_source, ask, titanic):
    source, expected = make_source("titanic", titanic, "hist_gradient_boosting", max_iter=5)
    rows = pd.read_csv(titanic / "titanic/titanic.csv").drop(columns="Survived")
    rows.to_csv(titanic / "new.csv", index=False)
    answer, told = ask(source, titanic / "new.csv")
    assert_same(answer.astype({"id": int}), expected)
    assert told.extra == ()


def test_images_as_files_get_what_the_report_says(make_source, ask, examples, tmp_path):
    source, expected = make_source("digits", examples, "cnn", epochs=1, channels=[8])
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, image in enumerate(load_digits().images[:100].astype(np.uint8)):
        Image.fromarray(image).save(folder / f"{number:03}.png")
    answer, _ = ask(source, folder)
    assert answer["id"].tolist() == [f"{number:03}.png" for number in range(100)]
    assert_same(answer.drop(columns="id"), expected[:100].drop(columns="id"))


def test_a_folder_of_texts_gets_what_the_report_says(make_source, ask, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/posts.yaml").write_text(POSTS)
    words = {"space": "rocket orbit moon", "cars": "engine wheel road"}
    for label, text in words.items():
        (tmp_path / "data/posts" / label).mkdir(parents=True)
        for number in range(20):
            (tmp_path / "data/posts" / label / f"{number}.txt").write_text(f"{text} {number}")
    source, expected = make_source("posts", tmp_path / "data", "linear_svm")
    answer, _ = ask(source, tmp_path / "data/posts")
    assert_same(answer, expected)


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


def test_a_line_with_too_many_fields_is_named_or_left_out(make_source, ask, examples, wine):
    source, expected = make_source("wine", examples, "gaussian_nb")
    wine.write_text(wine.read_text().replace("\n13.2,", "\n7,13.2,", 1))
    with pytest.raises(DataError, match="line 3 has 14 fields, should have 13"):
        ask(source, wine)
    answer, told = ask(source, wine, skip=True)
    assert len(answer) == len(expected) - 1
    assert told.skipped[0].row == "line 3"


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


def test_photos_that_cannot_be_read_or_are_of_another_size_are_named(
    make_source, ask, examples, tmp_path
):
    source, _ = make_source("digits", examples, "gaussian_nb")
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("L", (8, 8)).save(folder / "a.png")
    Image.new("L", (28, 28)).save(folder / "b.png")
    (folder / "c.png").write_text("no image")
    answer, told = ask(source, folder, skip=True)
    assert answer["id"].tolist() == ["a.png"]
    assert told.skipped[0] == ("b.png", "is 28 x 28 pixels, the model takes 8 x 8")
    assert told.skipped[1].why.startswith("no image of a known format")


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
