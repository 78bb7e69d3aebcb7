import itertools

import numpy as np
import pytest

from paired_models import noisy_model, paired_models
from retrace.evaluation.intervals import Interval
from retrace.tools.significance.paired import (
    draws,
    extreme_units,
    observed,
    paired_intervals,
    permutation_p_value,
    resample,
)
from retrace.tools.significance.units import paired_units


def units_of(metric, base, other, groups=None):
    return paired_units(base, other, metric, groups, np.random.default_rng(0))


def every_permutation(metric, base, other):
    """Return the exact p-value: of all ways to swap the rows on which the models differ."""
    units = units_of(metric, base, other, np.arange(len(base.y)))
    seen = abs(np.subtract(*observed(units)))
    differing = np.flatnonzero((units.base != units.other).any(axis=1))
    as_extreme = []
    for swap in itertools.product([False, True], repeat=len(differing)):
        swapped = np.isin(np.arange(len(base.y)), differing[np.array(swap)])[:, np.newaxis]
        sums = [
            np.where(swapped, *pair).sum(axis=0)
            for pair in itertools.permutations((units.base, units.other))
        ]
        as_extreme.append(abs(units.difference(*sums)) >= seen * (1 - 1e-9))
    return np.mean(as_extreme)


@pytest.mark.parametrize("metric", ["f1_macro", "precision_weighted", "accuracy"])
def test_p_value_is_that_of_every_permutation(metric):
    base, other = paired_models(n=40, gained=7, lost=2)
    exact = every_permutation(metric, base, other)
    found = permutation_p_value(units_of(metric, base, other), 40_000, np.random.default_rng(1))
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 40_000))


def test_p_value_of_a_loss_is_that_of_every_permutation():
    y = np.arange(11) % 3
    base, other = noisy_model(y, 1, 0), noisy_model(y, 2, 1)
    found = permutation_p_value(units_of("log_loss", base, other), 40_000, np.random.default_rng(1))
    assert found == pytest.approx(every_permutation("log_loss", base, other), abs=0.01)


def test_p_value_is_never_0():
    base, other = paired_models(n=200, gained=60)
    assert permutation_p_value(units_of("f1_macro", base, other), 99, np.random.default_rng(0)) == 0.01


def test_models_that_never_differ_have_p_1():
    base, _ = paired_models()
    assert permutation_p_value(units_of("log_loss", base, base), 99, np.random.default_rng(0)) == 1


@pytest.mark.parametrize("counts", [np.ones(50, np.int64), np.array([30, 15, 5])])
def test_a_resample_has_as_many_units_and_each_as_often_as_it_should(counts):
    drawn = draws(counts, 4000, np.random.default_rng(0))
    assert (drawn.sum(axis=1) == 50).all()
    assert drawn.mean(axis=0) == pytest.approx(counts, rel=0.1)


def test_patterns_and_single_rows_vary_alike():
    base, other = paired_models(n=150, gained=12, lost=5)
    patterns, rows = (units_of("f1_macro", base, other, groups) for groups in (None, np.arange(150)))
    assert observed(patterns) == pytest.approx(observed(rows))
    spreads = [resample(units, 4000, np.random.default_rng(0)).plain.std() for units in (patterns, rows)]
    assert spreads[0] == pytest.approx(spreads[1], rel=0.06)


def test_extreme_units_pull_either_way():
    units = units_of("log_loss", *paired_models(n=60, gained=3))
    base, other = units.counts @ units.base, units.counts @ units.other
    seen = units.difference(base, other)
    low, high = (units.difference(base + one, other + another) for one, another in extreme_units(units))
    assert low < seen < high


def test_models_that_never_differ_have_about_the_limits_of_clopper_and_pearson():
    base, _ = paired_models(n=100)
    intervals, _ = paired_intervals(
        units_of("accuracy", base, base), 1.0, (0.95,), 20_000, np.random.default_rng(0)
    )
    assert (intervals[0].low, intervals[0].high) == pytest.approx((-0.036, 0.036), abs=0.002)


@pytest.mark.parametrize("p_value", [0.01, 0.07, 0.5])
def test_an_interval_leaves_out_0_only_where_the_test_does(p_value):
    units = units_of("f1_macro", *paired_models(n=200, gained=14, lost=1))
    generator = np.random.default_rng(0)
    intervals, _ = paired_intervals(units, p_value, (0.95, 0.9), 999, generator)
    left_out = [interval.low > 0 for interval in intervals]
    assert left_out == [p_value < 0.05, p_value < 0.1]


def test_the_wide_interval_holds_the_narrow_one():
    units = units_of("log_loss", *paired_models(n=80, gained=4, lost=3))
    (wide, narrow), _ = paired_intervals(units, 0.4, (0.95, 0.9), 999, np.random.default_rng(0))
    assert isinstance(wide, Interval)
    assert wide.low < narrow.low < narrow.high < wide.high
