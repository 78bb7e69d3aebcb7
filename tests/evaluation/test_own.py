import dataclasses

import numpy as np
import pytest

from retrace.core.errors import ParamsError
from retrace.core.records import Predictions
from retrace.evaluation.metrics import LOWER_IS_BETTER, check_metric, scores
from retrace.tools.significance import compare_rows


def numbers(n=200, spread=1.0, seed=0):
    generator = np.random.default_rng(seed)
    y = 1e6 + spread * generator.normal(size=n)
    return Predictions(y=y, predicted=y + generator.normal(size=n), probabilities=np.empty((n, 0)))


FILE = """
from retrace.evaluation.own import mean_over_rows, whole

@mean_over_rows(task="regression", better="higher")
def within_1(y, predicted):
    return abs(predicted - y) < 1

@whole(task="regression", better="lower")
def worst(y, predicted, sample_weight):
    return abs(predicted - y)[sample_weight > 0].max()
"""


def test_a_metric_of_ones_own_is_one_function(in_a_project, params):
    in_a_project(metrics=FILE)
    case = numbers()
    found = scores(case, ["within_1", "worst"])
    assert found["within_1"] == np.mean(abs(case.predicted - case.y) < 1)
    assert found["worst"] == abs(case.predicted - case.y).max()
    better = Predictions(
        y=case.y, predicted=(case.predicted + 3 * case.y) / 4, probabilities=case.probabilities
    )
    assert compare_rows(case, better, "within_1", resamples=199).verdict == "better"
    assert compare_rows(better, case, "worst", resamples=19).difference > 0
    assert [name in LOWER_IS_BETTER for name in ("worst", "within_1", "nobody's")] == [
        True,
        False,
        False,
    ]
    with pytest.raises(
        ParamsError, match=r"got 'wurst' \(did you mean 'worst'\?\).*; allowed: .*within_1"
    ):
        check_metric(dataclasses.replace(params, metric="wurst"), "regression")
