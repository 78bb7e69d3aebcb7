import pytest

from fitted_models import fitted
from made_datasets import mixed_dataset
from retrace.core.errors import DataError
from retrace.tools.monitoring.reading import read_input, read_labels


@pytest.fixture(scope="module")
def asked(params, tmp_path_factory):
    predictor, rest = fitted(params, mixed_dataset(), "gaussian_nb")
    table = rest.X.assign(label=[rest.classes[code] for code in rest.y])
    path = tmp_path_factory.mktemp("asked") / "rows.csv"
    table.to_csv(path, index=False)
    return predictor, rest, path


def test_rows_and_labels_come_from_one_table(asked, tmp_path):
    predictor, rest, path = asked
    found = read_input(predictor, str(path), tmp_path)
    assert found.X["count"].tolist() == rest.X["count"].tolist()
    assert read_labels(predictor, str(path), found.ids).tolist() == rest.y.tolist()


def test_labels_that_the_model_does_not_know_are_named(asked, tmp_path):
    predictor, _, path = asked
    (tmp_path / "other.csv").write_text(path.read_text().replace("maybe", "perhaps"))
    with pytest.raises(DataError, match="no classes of the model: perhaps; allowed: no, yes, maybe"):
        read_labels(predictor, str(tmp_path / "other.csv"), [])


def test_a_table_without_labels_is_refused(asked, tmp_path):
    predictor, rest, _ = asked
    rest.X.to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(DataError, match="lacks the column of the labels, 'label'"):
        read_labels(predictor, str(tmp_path / "rows.csv"), [])


def test_rows_that_cannot_be_read_are_named(asked, tmp_path):
    predictor, rest, _ = asked
    X = rest.X.astype({"count": object})
    X.loc[3, "count"] = "many"
    X.to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(DataError) as error:
        read_input(predictor, str(tmp_path / "rows.csv"), tmp_path)
    assert error.value.details == ("row 4: count holds 'many', should be a number",)
