import pytest
from scipy import stats

from retrace.tools.comparison.seed_summary import is_deterministic, summarise
from retrace.tools.repository.lock import Lock
from retrace.tools.repository.seed_runs import SeedRun

SHARES = {"split.train": 0.6, "split.test": 0.3}


def made(*values, md5=None):
    outs = [{"path": "report/predictions.csv", "md5": md5}]
    return [
        SeedRun(
            seed=seed,
            name=f"run-{seed}",
            lock=Lock({"report": {"outs": [outs[0] | {"md5": md5 or str(seed)}]}}),
            scores={"accuracy": value, "n": 100},
        )
        for seed, value in enumerate(values)
    ]


def test_the_interval_over_training_seeds_is_students_t():
    values = (0.9, 0.92, 0.91, 0.95, 0.93)
    (found,) = summarise(made(*values), "training", SHARES)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(expected))
    assert (found.mean, found.better) == (pytest.approx(0.922), "higher")


def test_overlapping_training_parts_widen_the_interval():
    runs = made(0.9, 0.92, 0.91)
    widths = [
        summary.interval.high - summary.interval.low
        for kind in ("training", "split")
        for summary in summarise(runs, kind, SHARES)
    ]
    assert widths[1] / widths[0] == pytest.approx(((1 / 3 + 0.5) / (1 / 3)) ** 0.5)


def test_the_same_predictions_under_every_seed_are_deterministic():
    assert is_deterministic(made(0.9, 0.9, md5="same"))
    assert not is_deterministic(made(0.9, 0.9))
