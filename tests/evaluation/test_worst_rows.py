import dataclasses

import numpy as np
import pandas as pd
import pytest

from retrace.core.records import Predictions
from retrace.evaluation.losses import errors
from retrace.evaluation.worst_rows import find_worst, judge_worst


@pytest.fixture
def settings(params):
    return dataclasses.replace(params.report, resamples=200)


def table(seed, n=600):
    generator = np.random.default_rng(seed)
    age = np.where(generator.random(n) < 0.1, np.nan, generator.uniform(20, 80, n))
    site = generator.choice(["north", "south", "east"], n).astype(object)
    return pd.DataFrame({"age": age, "site": site, "noise": generator.normal(size=n)})


def wrong_where(X, bad, seed=0):
    share = np.where(bad, 0.6, 0.1)
    return (np.random.default_rng(seed).random(len(X)) < share).astype(np.float64)


def old_in_the_south(X):
    return ((X["age"] > 50) & (X["site"] == "south")).to_numpy()


def test_a_bad_slice_is_found_on_one_part_and_judged_on_the_other(settings):
    validation, test = table(1), table(2)
    conditions = find_worst(validation, wrong_where(validation, old_in_the_south(validation)))
    assert {"age", "site"} <= {each.column for each in conditions}
    assert "site is south" in map(str, conditions)
    found = judge_worst(conditions, test, wrong_where(test, old_in_the_south(test), 1), None, settings)
    assert found.inside > 0.4 > 0.2 > found.outside
    assert found.p_value < 0.01
    assert found.n_inside == np.all([each.of(test) for each in conditions], axis=0).sum()


def test_gaps_may_be_what_is_bad():
    X = table(1)
    gaps = X["age"].isna().to_numpy()
    assert "age is missing" in map(str, find_worst(X, gaps.astype(np.float64)))


def test_where_nothing_is_bad_it_seldom_seems_so(settings):
    settings = dataclasses.replace(settings, resamples=100)
    n_found, trials = 0, 60
    for trial in range(trials):
        parts = [table(1000 + 2 * trial + k, 300) for k in range(2)]
        error = [wrong_where(part, False, 5000 + 2 * trial + k) for k, part in enumerate(parts)]
        found = judge_worst(find_worst(parts[0], error[0]), parts[1], error[1], None, settings)
        n_found += found is not None and found.p_value < 0.05
    assert n_found <= 8  # 3 expected


def test_rows_of_one_unit_are_no_evidence_of_their_own(settings):
    X = table(1)
    bad = old_in_the_south(X)
    conditions = find_worst(X, wrong_where(X, bad))
    alone = judge_worst(conditions, X, wrong_where(X, bad), None, settings)
    four_times = X.loc[X.index.repeat(4)].reset_index(drop=True)
    units = np.arange(len(X)).repeat(4)
    error = wrong_where(X, bad).repeat(4)
    together = judge_worst(conditions, four_times, error, units, settings)
    assert together.p_value == alone.p_value
    few = judge_worst(conditions, four_times, error, np.zeros(len(units), dtype=np.int64), settings)
    assert few is None


def test_thousands_of_rows_are_judged_by_their_means(settings):
    X = table(3, 12_000)
    error = wrong_where(X, old_in_the_south(X))
    conditions = find_worst(X, error)
    assert judge_worst(conditions, X, error, None, settings).p_value < 1e-50


def test_few_rows_and_constant_errors_have_no_worst():
    assert find_worst(table(1, 150), np.arange(150) % 2.0) == ()
    assert find_worst(table(1), np.zeros(600)) == ()
    assert find_worst(pd.DataFrame({"nothing": np.full(300, np.nan)}), np.arange(300) % 2.0) == ()


def test_errors_are_wrong_answers_or_distances():
    classes = Predictions(y=np.array([0, 1]), predicted=np.array([0, 0]), probabilities=np.eye(2))
    assert errors(classes).tolist() == [0, 1]
    numbers = Predictions(
        y=np.array([1.0, 2.0]), predicted=np.array([3.0, 2.0]), probabilities=np.empty((2, 0))
    )
    assert errors(numbers).tolist() == [2, 0]
