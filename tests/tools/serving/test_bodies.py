import json

import numpy as np
import pytest

from retrace.tools.serving.bodies import read_body
from retrace.tools.serving.refusals import RefusedError

ROW = {"size": 1, "stamp": 1.6e9, "count": 2, "nothing": None, "port": "a", "street": "s1"}


def read(predictors, rows, kind="table"):
    body = json.dumps({"rows": rows}).encode()
    (found,) = read_body("application/json", body, predictors[kind][0], 100)
    return found.X


def test_values_are_read_as_a_file_of_them_would_be(predictors):
    X = read(predictors, [ROW, ROW | {"size": "2.5", "port": 7, "street": None}])
    assert X["size"].tolist() == [1, 2.5]
    assert X["port"].tolist() == ["a", "7"]
    assert X["street"].isna().tolist() == [False, True]


def test_columns_that_the_model_does_not_know_are_ignored(predictors):
    assert list(read(predictors, [ROW | {"more": [1]}])) == list(ROW)


def test_images_are_pixels(predictors):
    image = np.arange(64).reshape(8, 8)
    assert read(predictors, [image.tolist()], "images")[0, ..., 0].tolist() == image.tolist()


def test_a_type_that_the_model_does_not_take_names_those_it_does(predictors):
    with pytest.raises(RefusedError, match=r"got 'text/csv'; allowed for this model: .*image/\*"):
        read_body("text/csv", b"a", predictors["images"][0], 10)
