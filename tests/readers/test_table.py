import dataclasses

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from retrace.core.errors import DataError, ParamsError
from retrace.readers import read

TABLE = pd.DataFrame(
    {
        "key": ["r1", "r2", "r3", "r4"],
        "label": ["yes", "no", "yes", "no"],
        "age": [22.0, None, 35.0, 35.0],
        "sex": ["m", "f", None, None],
        "fit": [True, False, True, True],
        "site": [1, 1, 2, 2],
        "when": ["2024-01-03", "2024-01-01", "2024-02-01", "2024-02-01"],
        "part": ["train", "train", "test", "validation"],
    }
)

ROLES = {"target": "label", "id": "key", "group": "site", "time": "when", "part": "part"}


@pytest.fixture
def bring(tmp_path):
    def bring(table, file="table.csv", **description):
        folder = tmp_path / "mine"
        folder.mkdir(exist_ok=True)
        if file.endswith(".parquet"):
            table.to_parquet(folder / file)
        else:
            separator = description.get("separator", ",")
            table.to_csv(
                folder / file, index=False, sep=separator, decimal=description.get("decimal", ".")
            )
        common = {"title": "Mine", "task": "classification", "kind": "tabular", "licence": "none"}
        with (tmp_path / "mine.yaml").open("w") as out:
            YAML().dump(common | {"reader": "table", "file": file} | description, out)
        return read("mine", tmp_path)

    return bring


def test_columns_take_their_roles_and_the_rest_are_features(bring):
    dataset = bring(TABLE, **ROLES)
    assert list(dataset.X) == ["age", "sex", "fit"]
    assert dataset.ids.tolist() == ["r1", "r2", "r3", "r4"]
    assert dataset.groups.tolist() == [1, 1, 2, 2]
    assert dataset.times[1] == np.datetime64("2024-01-01")
    assert dataset.fixed_part.tolist() == ["train", "train", "test", "validation"]


def test_columns_are_numbers_or_objects(bring):
    X = bring(TABLE, **ROLES).X
    assert [str(dtype) for dtype in X.dtypes] == ["float64", "object", "uint8"]


@pytest.mark.parametrize("other", [{"file": "t.parquet"}, {"separator": ";", "decimal": ","}])
def test_the_same_table_in_another_format_gives_the_same_dataset(bring, other):
    expected, found = bring(TABLE, **ROLES), bring(TABLE, **ROLES, **other)
    pd.testing.assert_frame_equal(expected.X, found.X)
    for field in dataclasses.fields(expected):
        if field.name != "X":
            assert np.array_equal(getattr(expected, field.name), getattr(found, field.name)), field.name


def test_row_hash_leaves_the_id_out(bring):
    dataset = bring(TABLE.drop(columns="part"), target="label", id="key", time="when")
    assert dataset.row_hash[2] != dataset.row_hash[3]  # another label
    same = bring(
        TABLE.assign(label=["a", "b", "c", "c"]).drop(columns="part"),
        target="label",
        id="key",
        time="when",
    )
    assert same.row_hash[2] == same.row_hash[3]


@pytest.mark.parametrize("role", ["group", "part"])
def test_a_duplicate_is_one_whatever_its_group_or_part(bring, role):
    table = pd.DataFrame(
        {"label": ["a", "a", "b"], "x": [1, 1, 2], "group": [1, 2, 3], "part": ["train", "test", "test"]}
    )
    hashes = bring(
        table.drop(columns={"group": "part", "part": "group"}[role]), target="label", **{role: role}
    ).row_hash
    assert hashes[0] == hashes[1] != hashes[2]


def test_own_words_for_no_value_make_a_column_of_numbers(bring):
    table = pd.DataFrame({"label": ["a", "b", "NA"], "x": ["1", "?", "3"]})
    dataset = bring(table, target="label", missing=["?"])
    assert dataset.X["x"].isna().tolist() == [False, True, False]
    assert dataset.classes == ("NA", "a", "b")


def test_a_file_outside_its_folder_is_refused(bring):
    with pytest.raises(DataError, match="should lie in"):
        bring(TABLE, file="../elsewhere.csv", target="label")


def test_a_column_of_lists_is_refused(bring):
    table = TABLE.assign(age=[[1], [2], [3], [4]])
    with pytest.raises(DataError, match="no numbers or text"):
        bring(table, file="t.parquet", target="label")


def test_without_an_id_rows_are_numbered(bring):
    dataset = bring(TABLE, target="label", time="when")
    assert dataset.ids.tolist() == [0, 1, 2, 3]
    assert dataset.ids_are_positions


def test_dropped_columns_are_no_features(bring):
    assert list(bring(TABLE, **ROLES, drop=["sex", "fit"]).X) == ["age"]


@pytest.mark.parametrize(
    ("changes", "roles", "message"),
    [
        ({"part": ["train", "tset", "test", "test"]}, {"part": "part"}, r"'tset' \(did you mean 'test'"),
        (
            {"when": ["soon", "x", "y", "z"]},
            {"time": "when"},
            "time 'when' is not a date such as 2024-01-31 in every row",
        ),
        ({"site": [1, None, 2, 2]}, {"group": "site"}, "group 'site' is empty in 1 rows"),
        ({}, {"drop": ["age", "sex", "fit", "site", "when", "part", "key"]}, "no feature column"),
        ({}, {"drop": ["agee"]}, r"no column 'agee' \(named as `drop.0`\) \(did you mean 'age'"),
    ],
)
def test_roles_that_do_not_fit_are_refused(bring, changes, roles, message):
    with pytest.raises(DataError, match=message):
        bring(TABLE.assign(**changes), target="label", **roles)


def test_dates_with_the_day_first_are_refused_until_their_format_is_said(bring):
    table = TABLE.assign(when=["01/02/2024", "02/02/2024", "03/02/2024", "04/01/2024"])
    with pytest.raises(DataError, match=r"set `time_format:`, as in '%d/%m/%Y'"):
        bring(table, target="label", time="when")
    times = bring(table, target="label", time="when", time_format="%d/%m/%Y").times
    assert times.argsort().tolist() == [3, 0, 1, 2]


def test_another_separator_is_recognised(bring, tmp_path):
    bring(TABLE, **ROLES)
    TABLE.to_csv(tmp_path / "mine" / "table.csv", index=False, sep=";")
    with pytest.raises(DataError, match="set `separator: ';'`"):
        read("mine", tmp_path)


def test_a_column_without_any_value_is_refused(bring):
    with pytest.raises(DataError, match="column 'age' is empty in every row: list it under `drop`"):
        bring(TABLE.assign(age=np.nan), target="label")


@pytest.mark.parametrize("file", ["t.csv", "t.parquet"])
@pytest.mark.parametrize(
    "dates",
    [
        pd.to_datetime(TABLE["when"]),
        TABLE["when"],
        ["31.01.2024", "1.2.2024", None, "02.02.24"],
        ["3 Jan 2024", "Feb 1, 2024", "4-Mar-24", "Mar 5 2024"],
    ],
)
def test_a_date_is_no_feature_whatever_file_it_comes_from(bring, file, dates):
    with pytest.raises(DataError, match="column 'when' is a date: name it as `time`, list it under"):
        bring(TABLE.assign(when=dates), file=file, target="label")


def test_a_table_of_categories_alone_is_fine(bring):
    table = pd.DataFrame({"label": ["a", "b"] * 10, "colour": ["red", "red", "blue", "green"] * 5})
    assert bring(table, target="label").X.shape == (20, 1)


def test_a_torn_parquet_file_is_refused(bring, tmp_path):
    bring(TABLE, file="t.parquet", **ROLES)
    path = tmp_path / "mine" / "t.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="not a readable parquet file"):
        read("mine", tmp_path)


def test_titanic_is_read_as_it_lies(bring, titanic_csv):
    titanic = bring(
        pd.read_csv(titanic_csv), target="Survived", id="PassengerId", drop=["Name", "Ticket", "Cabin"]
    )
    assert len(titanic) == 891
    assert np.bincount(titanic.y).tolist() == [549, 342]
    assert list(titanic.X) == ["Pclass", "Sex", "Age", "SibSp", "Parch", "Fare", "Embarked"]


def test_an_attribute_is_kept_but_is_no_feature(bring):
    dataset = bring(TABLE, target="label", time="when", attributes=["site", "sex", "fit"])
    assert list(dataset.X) == ["key", "age", "part"]
    assert dataset.attributes["site"].tolist() == [1, 1, 2, 2]
    assert [str(dtype) for dtype in dataset.attributes.dtypes] == ["int64", "object", "uint8"]


def test_an_attribute_that_is_no_column_names_the_nearest(bring):
    with pytest.raises(DataError, match=r"no column 'Site' \(named as `attributes.0`\) \(did you"):
        bring(TABLE, target="label", attributes=["Site"])


def test_a_schema_that_holds_is_noted_for_the_report(bring):
    schema = {"columns": {"age": {"nullable": True, "ge": 0}}}
    dataset = bring(TABLE, target="label", time="when", schema=schema)
    assert dataset.notes[0].endswith("mine.yaml held: 1 column, 1 check.")


def test_a_schema_is_checked_before_the_columns_take_their_roles(bring):
    table = TABLE.assign(label=["yes", None, "yes", "no"])
    with pytest.raises(DataError, match="breaks `schema:`"):
        bring(table, target="label", schema={"columns": {"label": {"dtype": "text"}}})


@pytest.mark.parametrize("key", ["schema", "attributes"])
def test_only_a_table_has_a_schema_and_attributes(tmp_path, key):
    (tmp_path / "mine.yaml").write_text(f"reader: bundled\n{key}: []\n")
    with pytest.raises(ParamsError, match=f"{key}: got reader 'bundled', but only a table"):
        read("mine", tmp_path)


def test_declared_columns_are_read_as_said_and_their_kind_is_kept_for_the_report(bring):
    columns = {"site": "category", "when": "date", "key": "identifier"}
    columns["sex"] = {"kind": "ordered", "order": ["f", "m"]}
    dataset = bring(TABLE, target="label", part="part", columns=columns)
    assert dataset.X["site"].tolist() == ["1", "1", "2", "2"]
    assert dataset.X["sex"].tolist()[:2] == [1, 0]
    assert dataset.X["when"].tolist()[0] == 19725
    assert {c.name: c.kind for c in dataset.columns if c.name in columns} == {
        "site": "category",
        "when": "date",
        "key": "identifier",
        "sex": "ordered",
    }
    assert "key" not in dataset.X


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("nubmer", r"columns.age.kind: got 'nubmer' \(text\), should be .* \(did you mean 'number'\?\)"),
        ({"knid": "number"}, r"columns.age.knid is not a known key \(did you mean 'kind'\?\)"),
        ({"kind": "ordered"}, "columns.age: `kind: ordered` and `order:` .* go together"),
    ],
)
def test_a_wrong_declaration_names_its_key(bring, rule, message):
    with pytest.raises(ParamsError, match=message):
        bring(TABLE, target="label", columns={"age": rule})


def test_a_declared_column_that_is_not_there_names_the_nearest(bring):
    with pytest.raises(DataError, match=r"no column 'agee' \(named as `columns.agee`\) \(did you mean"):
        bring(TABLE, target="label", columns={"agee": "number"})
