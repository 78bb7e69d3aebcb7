import numpy as np
import pytest

from paired_models import paired_models
from retrace.core.records import Predictions
from retrace.evaluation.serial import Memory
from retrace.evaluation.units import time_blocks
from retrace.tools.significance import compare_classes, compare_over_seeds, compare_rows

BLOCKS = time_blocks(np.arange(600))
SHORT, LONG, TOO_LONG = (Memory(length, 600) for length in (1, 12, 60))


def in_stretches(n_stretches, length=15):
    """Make models that part where whole stretches are right for the other one alone."""
    y = np.arange(600) // 2 % 2
    wrong = np.isin(np.arange(600) // length, np.random.default_rng(0).choice(40, n_stretches, False))
    return [
        Predictions(y=y, predicted=said, probabilities=0.8 * np.eye(2)[said] + 0.1)
        for said in (np.where(wrong, 1 - y, y), y)
    ]


def compared(memory, metric="accuracy", n_stretches=9):
    models = in_stretches(n_stretches)
    return compare_rows(*models, metric, groups=BLOCKS, unit="block", memory=memory, resamples=499)


def test_blocks_that_outlast_the_memory_are_judged_as_before():
    assert compared(SHORT) == compared(None)


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "roc_auc"])
def test_what_outlasts_blocks_has_to_hold_by_slow_movements_too(metric):
    alone, found = (compared(memory, metric) for memory in (None, LONG))
    assert (found.test, found.n_units) == ("t-test of slow movements in time", 30)
    assert found.p_value >= alone.p_value
    assert found.interval.low <= alone.interval.low <= alone.interval.high <= found.interval.high
    assert found.detectable >= alone.detectable
    assert (found.verdict, found.difference) == ("better", alone.difference)


def test_models_that_never_part_do_not_differ_for_long_either():
    assert compared(LONG, n_stretches=0).p_value == 1


def test_a_memory_of_much_of_the_time_leaves_nothing_to_tell():
    found = compared(TOO_LONG)
    assert found.verdict == "cannot tell"
    assert "errors stay alike for about 60 of the 600 moments in time" in found.reason
    classes = compare_classes(*in_stretches(9), ["a", "b"], groups=BLOCKS, memory=TOO_LONG, resamples=99)
    assert {each.verdict for each in classes} == {"cannot tell"}


def test_classes_hold_by_slow_movements_too():
    found = [
        compare_classes(*in_stretches(9), ["a", "b"], groups=BLOCKS, memory=memory, resamples=499)
        for memory in (None, LONG)
    ]
    assert all(slow.p_value >= fast.p_value for fast, slow in zip(*found, strict=True))


def test_a_stretch_that_alone_has_a_class_tells_nothing_of_it():
    y = (np.arange(600) < 10) * 1
    base, other = (
        Predictions(y=y, predicted=y, probabilities=np.random.default_rng(seed).random((600, 2)))
        for seed in (0, 1)
    )
    found = compare_rows(base, other, "roc_auc", groups=BLOCKS, memory=LONG)
    assert (found.verdict, "one stretch of time" in found.reason) == ("cannot tell", True)


def test_seeds_share_the_slow_movements_of_the_rows():
    sides = [
        [paired_models(n=600, gained=gained, lost=seed)[1] for seed in range(5)] for gained in (0, 30)
    ]
    found = [
        compare_over_seeds(*sides, "accuracy", groups=BLOCKS, memory=memory, resamples=199)
        for memory in (None, LONG, TOO_LONG)
    ]
    assert found[1].p_value >= found[0].p_value
    assert found[2].verdict == "cannot tell"
