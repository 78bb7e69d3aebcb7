import numpy as np
import pytest

from retrace.tools.significance.mcnemar import mcnemar_p_value
from retrace.tools.significance.power import detectable_accuracy, detectable_mean


@pytest.mark.parametrize(("discordant", "n"), [(36, 360), (30, 100)])
def test_the_detectable_difference_is_found_four_times_in_five(discordant, n):
    difference, share = detectable_accuracy(discordant, n), discordant / n
    generator = np.random.default_rng(0)
    seen = generator.binomial(n, share, 1500)
    gained = generator.binomial(seen, (1 + difference / share) / 2)
    found = [mcnemar_p_value(int(g), int(m - g)) < 0.05 for g, m in zip(gained, seen, strict=True)]
    assert np.mean(found) == pytest.approx(0.8, abs=0.03)


def test_models_that_never_differ_would_need_about_seven_rows():
    assert detectable_accuracy(0, 360) * 360 == pytest.approx(6.7, abs=0.1)
    assert detectable_accuracy(2, 360) == pytest.approx(detectable_accuracy(0, 360))


def test_the_formula_for_many_rows_goes_on_where_the_exact_one_ends():
    assert detectable_accuracy(2000, 50_000) == pytest.approx(
        detectable_accuracy(2001, 50_000), rel=0.02
    )


def test_a_test_part_of_a_few_rows_detects_nothing():
    assert detectable_accuracy(0, 4) == 1.0


def test_a_mean_needs_its_standard_errors_and_a_few_units():
    assert detectable_mean(0.01, 0.0, 5000) == pytest.approx(0.028, abs=0.0002)
    assert detectable_mean(0.0, 0.01, 360) == pytest.approx(0.067, abs=0.001)
