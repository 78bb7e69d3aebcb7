import dataclasses

import numpy as np
import pytest

from paired_models import noisy_model, paired_models
from retrace.core.errors import ComparisonError
from retrace.tools.significance import compare_over_seeds, compare_rows
from retrace.tools.significance.repeats import deterministic, expected_effect

Y = np.random.default_rng(0).integers(0, 3, 400)


def seeds(signal, first, n=5):
    return [noisy_model(Y, signal, first + number) for number in range(n)]


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "log_loss"])
def test_the_better_setting_is_found_over_seeds(metric):
    base, other = seeds(1.5, 0), seeds(2.2, 100)
    found = compare_over_seeds(base, other, metric)
    assert (found.verdict, found.unit, found.n_units) == ("better", "seed", 5)
    assert compare_over_seeds(other, base, metric).verdict == "worse"


def test_seeds_of_one_setting_do_not_differ():
    found = compare_over_seeds(seeds(2, 0), seeds(2, 100, n=7), "f1_macro", tolerance=0.1)
    assert (found.verdict, found.n_units) == ("equivalent", 5)
    assert found.interval.low < 0 < found.interval.high


def test_two_settings_that_suit_other_rows_are_not_told_apart_by_certain_seeds():
    # The seeds of each side agree nearly always, so that a t-test over seeds is sure of 3 rows in 400.
    right = np.ones((2, 400), bool)
    right[0, :20], right[1, 20:37] = False, False
    sides = []
    for hits in right:
        predicted = np.tile(np.where(hits, Y, (Y + 1) % 3), (5, 1))
        predicted[np.arange(5), 50 + np.arange(5)] += 1
        predicted %= 3
        sides.append([dataclasses.replace(noisy_model(Y, 1, 0), predicted=row) for row in predicted])
    assert compare_over_seeds(*sides, "accuracy").verdict == "no significant difference"


def test_more_rows_and_seeds_narrow_the_interval():
    few, many = (
        compare_over_seeds(seeds(2, 0, n), seeds(2, 100, n), "accuracy").interval for n in (5, 20)
    )
    assert many.high - many.low < few.high - few.low


def test_a_model_whose_seeds_do_not_vary_is_said_to_be_deterministic():
    found = compare_over_seeds(seeds(2, 0)[:1] * 5, seeds(2, 100), "accuracy")
    assert found.reason == "the base model is deterministic"
    assert deterministic(seeds(2, 0)[:1] * 5)
    assert not deterministic(seeds(2, 0))


def test_two_deterministic_models_are_compared_row_by_row():
    base, other = paired_models(n=300, gained=20)
    found, rows = (
        compare_over_seeds([base] * 5, [other] * 5, "accuracy"),
        compare_rows(base, other, "accuracy"),
    )
    assert found == dataclasses.replace(rows, reason="both models are deterministic")


def test_fewer_than_five_seeds_are_refused():
    with pytest.raises(ComparisonError, match=r"got 4 and 5 seeds: at least 5 .* run `retrace seeds 5`"):
        compare_over_seeds(seeds(2, 0, 4), seeds(2, 0), "accuracy")


def test_groups_are_resampled_whole_and_few_of_them_cannot_tell():
    base, other = seeds(1.5, 0), seeds(2.2, 100)
    few = compare_over_seeds(base, other, "accuracy", groups=np.arange(400) // 40)
    assert (few.verdict, few.reason) == (
        "cannot tell",
        "10 groups are too few to tell: at least 20 are needed",
    )
    assert compare_over_seeds(base, other, "accuracy", groups=np.arange(400) // 10).verdict == "better"


def test_one_more_row_changes_accuracy_by_its_share():
    base, other = paired_models(n=199)
    assert expected_effect(base, other, "accuracy", None) == pytest.approx(1 / 200)
