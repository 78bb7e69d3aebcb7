import numpy as np
import pandas as pd

from retrace.tools.prediction.session import feeds_of


def test_a_gap_is_an_empty_text_or_no_number():
    X = pd.DataFrame({"n": [1, 2], "c": np.array(["a", np.nan], dtype=object), "x": [0.5, np.nan]})
    feeds = feeds_of(X)
    assert feeds["c"].tolist() == [["a"], [""]]
    assert feeds["n"].dtype == np.float64
    assert np.isnan(feeds["x"][1, 0])


def test_images_go_as_they_are():
    X = np.zeros((2, 8, 8, 1), np.uint8)
    assert feeds_of(X)["images"].shape == X.shape
