import numpy as np
import pytest

from retrace.evaluation.serial import Memory, low_frequency_error, memory


def persistent(correlation, n=600, seed=0):
    noise = np.random.default_rng(seed).normal(size=n)
    series = [noise[0]]
    for one in noise[1:]:
        series.append(correlation * series[-1] + np.sqrt(1 - correlation**2) * one)
    return np.array(series)


@pytest.mark.parametrize(
    ("correlation", "shortest", "longest"), [(0, 0, 0), (0.5, 1, 4), (0.8, 3, 12), (0.95, 8, 60)]
)
def test_a_memory_is_as_long_as_errors_stay_alike(correlation, shortest, longest):
    found = memory(persistent(correlation), np.arange(600))
    assert shortest <= found.length <= longest
    assert found.is_long == (found.length > 1)


def test_rows_of_one_moment_count_together_and_in_any_order():
    series, order = persistent(0.8), np.random.default_rng(1).permutation(1200)
    times = np.arange(600).repeat(2)
    assert memory(series.repeat(2)[order], times[order]) == memory(series, np.arange(600))


@pytest.mark.parametrize("values", [np.full(90, 0.1), np.zeros(90), np.ones(2)])
def test_what_does_not_vary_has_no_memory(values):
    assert memory(values, np.arange(len(values))).length == 0


def test_a_walk_has_too_few_independent_stretches():
    found = memory(np.cumsum(np.random.default_rng(0).normal(size=600)), np.arange(600))
    assert found.too_long.endswith(f"about {15 * found.length} moments are needed")
    assert not Memory(length=40, n_moments=600).too_long


@pytest.mark.parametrize(("length", "n_cosines"), [(0, 24), (4, 15), (17, 6)])
def test_a_longer_memory_leaves_fewer_slow_movements(length, n_cosines):
    assert Memory(length, 600).n_cosines == n_cosines


def test_only_slow_movements_count():
    places = (np.arange(30) + 0.5) / 30
    slow, fast = (np.cos(np.pi * each * places) for each in (2, 7))
    # One of six has a coefficient, sqrt(2 / 30) * 15; its square is 15.
    assert low_frequency_error(slow, 6) == pytest.approx(np.sqrt(15 / 6) / np.sqrt(30))
    assert low_frequency_error(fast, 6) == pytest.approx(0, abs=1e-12)
