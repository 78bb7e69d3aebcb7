import numpy as np
import pandas as pd
import pytest
from PIL import Image

from retrace.core.errors import DataError
from retrace.tools.project.looking import look

TABLE = pd.DataFrame(
    {"id": range(7, 67), "x": np.linspace(0, 1, 60), "kind": ["a", "b", "c"] * 20, "won": [0, 1, 1] * 20}
)


def never(columns, likely):
    raise AssertionError("nothing to ask")


def answering(wanted):
    return lambda columns, likely: wanted


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    TABLE.to_csv(path, index=False)
    return path


def test_a_table_gets_its_roles_a_model_and_a_metric(table):
    found = look(table, {"target": "won"}, never)
    assert found.description == {
        "task": "classification",
        "kind": "tabular",
        "reader": "table",
        "file": "table.csv",
        "target": "won",
        "id": "id",
    }
    assert found.params == {"model": "hist_gradient_boosting", "metric": "accuracy"}
    assert found.notes[0] == "table.csv: 60 rows, 4 columns"
    assert found.notes[2] == "id      id (another in each row)"


def test_what_the_user_says_holds(table):
    found = look(table, {"target": "x", "task": "regression", "group": "kind", "id": "id"}, never)
    assert found.description["group"] == "kind"
    assert found.params["metric"] == "mae"
    assert found.params["split.method"] == "group"
    assert "group   kind (as you say)" in found.notes


def test_the_target_is_asked_for(table):
    assert look(table, {}, answering("kind")).description["target"] == "kind"


def test_a_folder_with_one_table_and_semicolons_is_a_table(tmp_path):
    TABLE.assign(won=[1] * 57 + [0] * 3).to_csv(tmp_path / "t.csv", index=False, sep=";")
    (tmp_path / "notes.md").write_text("about\n")
    found = look(tmp_path, {"target": "won"}, never)
    assert (found.description["file"], found.description["separator"]) == ("t.csv", ";")
    assert found.params["metric"] == "f1_macro"


@pytest.mark.parametrize("parts", [False, True])
def test_a_folder_of_images_is_told_from_one_of_texts(tmp_path, parts):
    for part in ("train/", "test/") if parts else ("",):
        for label in "ab":
            folder = tmp_path / f"data/{part}{label}"
            folder.mkdir(parents=True)
            for i in range(3):
                Image.new("L", (4, 4), i).save(folder / f"{i}.png")
    (tmp_path / "data/manifest.csv").write_text("file\n")
    found = look(tmp_path / "data", {}, never)
    assert found.description == {"task": "classification", "kind": "image", "reader": "image_folder"}
    assert found.params["preprocess.image.size"] == 64
    assert ("split.method" in found.params) == parts
    for path in [*(tmp_path / "data").rglob("*.png")]:
        path.with_suffix(".txt").write_text("some words")
        path.unlink()
    found = look(tmp_path / "data", {}, never)
    assert (found.description["reader"], found.params["model"]) == ("text_folder", "linear_svm")


@pytest.mark.parametrize(
    ("given", "ask", "message"),
    [
        (
            {"target": "wn"},
            never,
            r"--target: .*table.csv has no column 'wn' \(did you mean 'won'\?\); columns: id, x",
        ),
        ({"target": "won", "group": "site"}, never, "--group: .* has no column 'site'"),
        ({}, answering("win"), "--target: .* has no column 'win'"),
    ],
)
def test_a_column_that_is_not_there_is_named(table, given, ask, message):
    with pytest.raises(DataError, match=message):
        look(table, given, ask)


def test_data_that_are_not_there_and_folders_of_nothing_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"--data: .*nowhere is not there: name a file or a folder"):
        look(tmp_path / "nowhere", {}, never)
    (tmp_path / "a").mkdir()
    with pytest.raises(DataError, match=r"--target names a column of a table, but .* is a folder"):
        look(tmp_path, {"target": "x"}, never)
