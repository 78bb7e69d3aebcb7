import numpy as np
import pandas as pd
import pytest

from retrace.splitting.checks.telling import changes_slowly, deal, score_alone, steps_told

N = 500
TIME = np.arange(N)


@pytest.fixture
def walk():
    return np.random.default_rng(0).normal(size=N).cumsum()


def test_a_walk_is_told_by_what_was_before_but_its_steps_are_not(walk):
    before = pd.Series(np.roll(walk, 1))
    assert score_alone(before, walk, "regression", deal(walk)) > 0.9
    assert steps_told(before, walk, "regression", deal(walk)) < 0.1


@pytest.mark.parametrize("clock", [TIME, -TIME, np.log1p(TIME), TIME / 7 + 3])
def test_the_time_in_any_unit_says_no_more_than_the_time(walk, clock):
    shuffled = np.random.default_rng(1).permutation(N)
    column = pd.Series(clock[shuffled].astype(float))
    y = walk[shuffled]
    assert changes_slowly(column, y, "regression", deal(y), TIME[shuffled])


def test_of_classes_the_rows_count_where_another_one_begins(walk):
    y = (walk > np.median(walk)).astype(np.int64)
    blurred = pd.Series(y + np.random.default_rng(1).uniform(-0.4, 0.4, N))
    assert not changes_slowly(blurred, y, "classification", deal(y), TIME)
    decade = pd.Series(TIME // 10 * 1.0)
    assert changes_slowly(decade, y, "classification", deal(y), TIME)
