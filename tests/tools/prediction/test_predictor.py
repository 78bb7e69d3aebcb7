import dataclasses

import numpy as np
import pandas as pd
import pytest

from answers import assert_same
from retrace.core.errors import ArtifactError, DataError
from retrace.core.records import Predictions
from retrace.tools.prediction.predictor import load_predictor, named


def test_a_model_is_loaded_once_and_knows_its_columns(make_source, examples):
    source, _ = make_source("wine", examples, "gaussian_nb")
    predictor = load_predictor(source)
    assert load_predictor(dataclasses.replace(source)) is predictor
    assert list(predictor.columns)[:2] == ["alcohol", "malic_acid"]
    assert set(predictor.columns.values()) == {"number"}
    assert predictor.known == {}


def test_a_damaged_model_is_one_line(make_source, examples):
    source, _ = make_source("wine", examples, "gaussian_nb")
    source.path.write_bytes(b"no model")
    with pytest.raises(ArtifactError, match=r"the model of 'made' cannot be loaded .*damaged"):
        load_predictor(dataclasses.replace(source, md5="another"))


def test_classes_have_their_names_and_a_regression_has_none():
    said = Predictions(
        y=np.zeros(2), predicted=np.array([1, 0]), probabilities=np.array([[0, 1], [1, 0]])
    )
    table = named(said, ("a", "b"))
    assert table["predicted"].tolist() == ["b", "a"]
    assert table.columns.tolist() == ["predicted", "p_a", "p_b"]
    numbers = dataclasses.replace(said, predicted=np.array([1.5, 2.5]))
    assert named(numbers, ()).columns.tolist() == ["predicted"]


STEPS = """
from retrace.cleaning.own import Count, cleaner

@cleaner(kind="tabular")
def title(rows):
    return rows.assign(title=rows["name"].str.extract(r", (\\w+)", expand=False)).drop(columns="name")

@cleaner(kind="tabular")
def family_size(rows, *, add: Count):
    return rows.assign(family=rows["siblings"] + add)
"""

DESCRIPTION = """
{title: T, task: classification, kind: tabular, reader: table, file: t.csv, target: won,
 columns: {name: text}}
"""

CHOSEN = ("title", {"family_size": {"add": 1}})


@pytest.fixture
def passengers(in_a_project):
    """A table whose names hold titles, one of them a gap, and steps that make a feature of these."""
    folder = in_a_project(cleaners=STEPS)
    (folder / "data/passengers").mkdir(parents=True)
    (folder / "data/passengers.yaml").write_text(DESCRIPTION)
    said = ["A, Mr", "B, Mrs", "C, Miss", None, "E"] * 12
    table = pd.DataFrame({"name": said, "siblings": np.arange(60) % 4, "won": np.arange(60) % 5 > 2})
    table.to_csv(folder / "data/passengers/t.csv", index=False)
    return folder / "data"


def test_new_rows_go_through_the_projects_steps_as_those_of_the_report_did(make_source, ask, passengers):
    source, expected = make_source("passengers", passengers, "logistic_regression", CHOSEN)
    answer, told = ask(source, passengers / "passengers/t.csv")
    assert_same(answer, expected)
    assert (told.unseen, told.extra) == ({}, ())
    predictor = load_predictor(source)
    assert predictor.columns == {"name": "category", "siblings": "number"}
    assert [name for name, _ in predictor.signature.columns] == ["siblings", "title", "family"]
    gap = pd.DataFrame({"name": [None], "siblings": [3]}, dtype=object).astype({"siblings": int})
    assert predictor.answer(gap).probabilities[0, 1] == pytest.approx(expected["p_True"][3])


def test_a_value_that_steps_make_and_no_training_row_had_is_noted(make_source, ask, passengers):
    source, _ = make_source("passengers", passengers, "gaussian_nb", CHOSEN)
    path = passengers / "passengers/t.csv"
    path.write_text(path.read_text().replace("A, Mr", "A, Dr"))
    assert ask(source, path)[1].unseen == {"title": {"Dr": 12}}


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("title=", "titel=", "src/cleaners.py makes no column 'title' of these rows"),
        ('rows["siblings"] + add', '"many"', "src/cleaners.py makes no number of 'family' here"),
    ],
)
def test_steps_that_make_other_columns_than_in_training_are_refused(
    make_source, ask, passengers, in_a_project, was, now, message
):
    source, _ = make_source("passengers", passengers, "gaussian_nb", CHOSEN)
    in_a_project(cleaners=STEPS.replace(was, now))
    with pytest.raises(DataError, match=message):
        ask(source, passengers / "passengers/t.csv")


def test_a_loaded_model_keeps_the_steps_that_it_was_loaded_with(make_source, passengers, in_a_project):
    source, expected = make_source("passengers", passengers, "gaussian_nb", CHOSEN)
    predictor = load_predictor(source)
    in_a_project(cleaners="")
    rows = pd.DataFrame({"name": ["A, Mr"], "siblings": [0]})
    assert predictor.answer(rows).probabilities[0, 1] == pytest.approx(expected["p_True"][0])
