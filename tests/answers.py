"""What two tables of answers must have in common."""

import pandas as pd


def assert_same(answer, expected):
    pd.testing.assert_frame_equal(answer, expected, check_dtype=False, rtol=0, atol=1e-12)
