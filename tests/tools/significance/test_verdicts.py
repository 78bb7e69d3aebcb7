import numpy as np
import pytest

from retrace.evaluation.intervals import Interval
from retrace.tools.significance.verdicts import (
    NOTHING,
    Verdict,
    after_correction,
    compared,
    decide,
    is_maybe_worse,
    is_surely_worse,
    too_few_units,
)


def evidence(low, high, p_value):
    interval = Interval(low, high)
    return NOTHING._replace(p_value=p_value, interval=interval, narrow=interval)


@pytest.mark.parametrize(
    ("metric", "low", "high", "p_value", "verdict"),
    [
        ("accuracy", 0.01, 0.03, 0.01, "better"),
        ("accuracy", -0.03, -0.01, 0.01, "worse"),
        ("log_loss", 0.01, 0.03, 0.01, "worse"),
        ("log_loss", -0.03, -0.01, 0.01, "better"),
        ("accuracy", -0.01, 0.03, 0.3, "no significant difference"),
        ("f1_macro", 0.0, 0.03, 0.04, "no significant difference"),
    ],
)
def test_a_verdict_needs_test_and_interval(metric, low, high, p_value, verdict):
    assert decide(metric, (low + high) / 2, evidence(low, high, p_value))[0] == verdict


def test_a_test_without_its_interval_is_explained():
    _, reason = decide("f1_macro", 0.01, evidence(-0.001, 0.03, 0.04))
    assert reason == "the test alone finds one (p = 0.04), but the interval contains 0"


def test_a_small_certain_difference_is_equivalent_within_a_tolerance():
    found = evidence(0.001, 0.003, 0.001)
    assert decide("accuracy", 0.002, found, tolerance=0.01)[0] == "equivalent"
    assert decide("accuracy", 0.002, found, tolerance=0.002)[0] == "better"


def told(low, high, p_value, metric="accuracy"):
    found = evidence(low, high, p_value)
    return compared(metric, 0.5, 0.5 + (low + high) / 2, found, None, n_units=99, unit="row")


def test_a_verdict_stands_among_many_tests_only_if_its_corrected_p_value_does():
    alone = told(0.01, 0.03, 0.01)
    assert after_correction(alone, 0.03, 3) == (Verdict.BETTER, "")
    assert after_correction(alone, 0.3, 30) == (
        Verdict.NO_DIFFERENCE,
        "alone it would be better, but not among 30 runs (Holm)",
    )
    assert after_correction(told(-0.1, 0.1, 0.9), 1.0, 30) == (Verdict.NO_DIFFERENCE, "")


def test_surely_worse_is_past_the_tolerance_and_on_the_bad_side():
    assert is_surely_worse(told(-0.03, -0.01, 0.01))
    assert not is_surely_worse(told(-0.03, -0.01, 0.01), tolerance=0.02)
    assert not is_surely_worse(told(-0.03, 0.01, 0.4))
    assert is_surely_worse(told(0.01, 0.03, 0.01, metric="log_loss"))


def test_what_cannot_be_told_says_why():
    found = compared(
        "f1_macro", 0.8, 0.9, NOTHING._replace(reason="too few"), 0.5, n_units=3, unit="group"
    )
    assert (found.verdict, found.reason) == ("cannot tell", "too few")
    assert np.isnan(found.interval.low)


def test_twenty_groups_are_enough_and_rows_need_only_be_two():
    assert too_few_units(19, np.arange(19)) == "19 groups are too few to tell: at least 20 are needed"
    assert too_few_units(20, np.arange(20)) == too_few_units(2, None) == ""


@pytest.mark.parametrize(
    ("low", "high", "metric", "maybe"),
    [
        (-0.005, 0.02, "accuracy", False),
        (-0.02, 0.02, "accuracy", True),
        (-0.02, 0.005, "log_loss", False),
        (-0.005, 0.02, "log_loss", True),
        (np.nan, np.nan, "accuracy", True),
    ],
)
def test_what_may_be_worse_by_more_than_the_tolerance_does_not_pass(low, high, metric, maybe):
    assert is_maybe_worse(told(low, high, 0.5, metric), 0.01) == maybe
