import numpy as np
import pytest
from scipy import stats

from retrace.evaluation.intervals import (
    Interval,
    bca,
    grouped_wilson,
    interval_text,
    number_text,
    wilson,
)


def ends(interval):
    return interval.low, interval.high


def test_an_interval_reads_as_words():
    assert interval_text(Interval(0.97123, 1.0)) == "0.9712 to 1.0000"
    assert interval_text(Interval(0.97123, 1.0), digits=2) == "0.97 to 1.00"
    assert interval_text(Interval(np.nan, np.nan)) == "no estimate"


def test_wilson_gives_published_values():
    # R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I: 81/263 and 0/20.
    assert ends(wilson(81, 263, 0.95)) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert ends(wilson(0, 20, 0.95)) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_wilson_of_nothing_is_no_estimate():
    assert np.isnan(wilson(0, 0, 0.95).low)


def test_bca_of_a_mean_is_that_of_scipy():
    sample = np.random.default_rng(0).exponential(size=40)
    resampled = np.random.default_rng(1).choice(sample, (20000, 40)).mean(axis=1)
    left_out = (sample.sum() - sample) / 39
    found = bca(sample.mean(), resampled, left_out, 0.95)
    expected = stats.bootstrap(
        (sample,), np.mean, n_resamples=20000, method="BCa", rng=np.random.default_rng(2)
    ).confidence_interval
    assert ends(found) == pytest.approx((expected.low, expected.high), abs=0.02)


def test_groups_of_one_row_have_about_wilsons_interval():
    right = np.arange(100) % 10 > 0
    alone, grouped = wilson(90, 100, 0.95), grouped_wilson(right, np.arange(100), 0.95)
    assert ends(grouped) == pytest.approx(ends(alone), abs=0.005)


def test_groups_that_are_all_right_still_have_a_lower_bound():
    assert 0.8 < grouped_wilson(np.ones(400, bool), np.arange(400) // 10, 0.95).low < 0.95


@pytest.mark.parametrize("giant", [False, True])
def test_intervals_of_unequal_groups_cover_the_truth(giant):
    # Half of a group's rows share their luck; sizes are lognormal, or one group holds a third of all.
    generator, covered = np.random.default_rng(0), []
    for _ in range(300):
        sizes = np.exp(generator.normal(1.5, 1, 40)).astype(int) + 1
        if giant:
            sizes[0] = sizes[1:].sum() // 2
        groups = np.arange(40).repeat(sizes)
        shared, own = generator.random(40)[groups], generator.random(len(groups))
        right = np.where(generator.random(len(groups)) < 0.5, shared, own) < 0.85
        interval = grouped_wilson(right, groups, 0.95)
        covered.append(interval.low <= 0.85 <= interval.high)
    assert np.mean(covered) > 0.93


def test_one_group_that_holds_nearly_all_rows_has_no_interval():
    found = grouped_wilson(np.ones(1000, bool), np.maximum(np.arange(1000) - 950, 0), 0.95)
    assert np.isnan(found.low)
    assert found.reason == "50 groups count as 1.1 equal ones: too few"


@pytest.mark.parametrize("n_groups", [40, 150])
def test_grouped_intervals_cover_the_truth_near_one(n_groups):
    # Of a simulation with accuracy .99 in which half of the groups' rows share their luck.
    generator = np.random.default_rng(n_groups)
    covered = []
    for _ in range(500):
        groups = generator.integers(0, n_groups, 449)
        shared = generator.random(n_groups)[groups]
        own = generator.random(449)
        right = np.where(generator.random(449) < 0.5, shared, own) < 0.99
        interval = grouped_wilson(right, groups, 0.95)
        covered.append(interval.low <= 0.99 <= interval.high)
    assert np.mean(covered) > 0.92


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.98765, "0.9877"), (48191.1235, "48,191"), (500001, "500,001"), (1234.56, "1,234.6")],
)
def test_large_numbers_can_be_read(value, text):
    assert number_text(value) == text
    assert number_text(np.nan) == "—"
