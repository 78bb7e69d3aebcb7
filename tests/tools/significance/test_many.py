import numpy as np
import pytest

from paired_models import noisy_model
from retrace.tools.significance import compare_rows, holm
from retrace.tools.significance.many import max_t, swapped_differences

B = 400


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(0).integers(0, 3, 150)


def against(base, others, **options):
    return max_t(
        [swapped_differences(base, each, "f1_macro", resamples=B, **options) for each in others]
    )


def test_one_among_many_is_found_where_holm_has_no_p_small_enough(rows):
    base = noisy_model(rows, 1.0, seed=1)
    equal = [noisy_model(rows, 1.0, seed=seed) for seed in range(2, 62)]
    better = noisy_model(rows, 4.0, seed=99)
    found = against(base, [*equal, better])
    assert found[-1] == 1 / (1 + B)
    assert (found[:-1] > found[-1]).all()
    alone = compare_rows(base, better, "f1_macro", resamples=B).p_value
    assert holm([alone, *[0.5] * 60])[0] > 0.05


def test_a_single_model_has_the_p_value_of_the_permutation_test(rows):
    base, other = (noisy_model(rows, signal, seed=3 + signal) for signal in (1, 2))
    alone = compare_rows(base, other, "f1_macro", resamples=2000).p_value
    swapped = swapped_differences(base, other, "f1_macro", resamples=2000)
    assert max_t([swapped])[0] == pytest.approx(alone, abs=0.02)


def test_equal_models_are_told_apart_in_a_twentieth_of_all_families(rows):
    alarms = []
    for family in range(60):
        models = [noisy_model(rows, 1.0, seed=1000 * family + each) for each in range(6)]
        alarms.append(against(models[0], models[1:], seed=family).min() < 0.05)
    assert np.mean(alarms) < 0.13  # 60 families of probability .05 reach that in 1 % of cases


def test_the_same_predictions_are_no_difference_and_groups_are_swapped_whole(rows):
    base = noisy_model(rows, 1.0, seed=1)
    assert against(base, [base, noisy_model(rows, 4.0, seed=9)])[0] == 1
    groups = np.arange(150) // 75
    assert against(base, [noisy_model(rows, 4.0, seed=9)], groups=groups)[0] > 0.3
