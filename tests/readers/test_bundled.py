import numpy as np
import pytest

from retrace.core.errors import ParamsError
from retrace.readers import read


def test_digits_are_small_images(examples):
    digits = read("digits", examples)
    assert digits.X.shape == (1797, 8, 8, 1)
    assert digits.X.dtype == np.uint8
    assert digits.X.max() == 16
    assert digits.classes == tuple("0123456789")


def test_wine_is_a_table(examples):
    wine = read("wine", examples)
    assert wine.X.shape == (178, 13)
    assert np.bincount(wine.y).tolist() == [59, 71, 48]


def test_diabetes_is_a_regression(examples):
    diabetes = read("diabetes", examples)
    assert diabetes.X.shape == (442, 10)
    assert (diabetes.y.dtype, diabetes.classes) == (np.float64, ())
    assert (diabetes.y.min(), diabetes.y.max()) == (25, 346)


def test_a_bundled_dataset_called_another_task_is_refused(examples, tmp_path):
    description = (examples / "wine.yaml").read_text().replace("classification", "regression")
    (tmp_path / "wine.yaml").write_text(description)
    with pytest.raises(ParamsError, match="task: got 'regression', should be 'classification'"):
        read("wine", tmp_path)


def test_a_bundled_dataset_called_another_kind_is_refused(examples, tmp_path):
    description = (examples / "digits.yaml").read_text().replace("kind: image", "kind: tabular")
    (tmp_path / "digits.yaml").write_text(description)
    with pytest.raises(ParamsError, match="kind: got 'tabular', should be 'image'"):
        read("digits", tmp_path)


@pytest.mark.parametrize("name", ["digits", "wine", "diabetes"])
def test_a_row_hash_tells_rows_apart(examples, name):
    dataset = read(name, examples)
    assert len(np.unique(dataset.row_hash)) == len(dataset)
