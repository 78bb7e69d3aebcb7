import numpy as np
import pytest

from retrace.core.records import Predictions
from retrace.tools.significance import compare_rows
from retrace.tools.significance.tails import unseen_tails
from retrace.tools.significance.units import paired_units


def regressions(*errors):
    y = 2 * np.random.default_rng(0).normal(size=len(errors[0]))
    none = np.empty((len(y), 0))
    return [Predictions(y=y, predicted=y + each, probabilities=none) for each in errors]


def drawn(n=60, seed=1):
    generator = np.random.default_rng(seed)
    return generator.normal(size=n), generator.standard_t(3, n)


def missing(models, metric):
    units = paired_units(*models, metric, None, np.random.default_rng(0))
    return unseen_tails(*models, metric, units)


def test_errors_of_one_shape_miss_as_much_on_either_side():
    light, _ = drawn()
    below, above = missing(regressions(light, 2 * light), "rmse")
    assert below == pytest.approx(above)


def test_the_model_with_heavier_tails_may_be_worse_than_it_looks():
    light, heavy = drawn()
    below, above = missing(regressions(light, heavy), "rmse")
    assert 0 < below < above
    assert missing(regressions(heavy, light), "rmse") == pytest.approx((above, below))
    # Of a metric of which more is better the limits change places.
    of_r2 = missing(regressions(light, heavy), "r2")
    assert of_r2[0] / of_r2[1] == pytest.approx(above / below)
    assert missing(regressions(light, heavy), "mae") == (0, 0)


@pytest.mark.parametrize("metric", ["rmse", "r2"])
def test_heavy_tails_that_look_better_are_not_yet_better(metric):
    generator = np.random.default_rng(1)
    light, heavy = generator.normal(size=60), generator.standard_t(3, 60)
    heavy *= 0.65 * np.sqrt(np.mean(light**2) / np.mean(heavy**2))
    found, turned = (
        compare_rows(*regressions(light, errors), metric, resamples=499)
        for errors in (heavy, 0.65 * light[::-1])
    )
    assert max(found.p_value, turned.p_value) < 0.05
    assert (found.verdict, turned.verdict) == ("no significant difference", "better")
    assert "but the interval contains 0" in found.reason


def test_a_model_without_an_error_has_no_tail():
    light, _ = drawn()
    assert missing(regressions(light, 0 * light), "rmse") == (0, 0)
