import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from retrace.tools.significance import holm


@pytest.mark.parametrize("seed", range(5))
def test_holm_is_that_of_statsmodels(seed):
    p_values = np.random.default_rng(seed).random(12) ** 3
    expected = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(expected, rel=1e-12)


def test_equal_p_values_stay_equal():
    assert holm([0.02, 0.02, 0.02]).tolist() == pytest.approx([0.06] * 3)


def test_nothing_to_correct_is_nothing():
    assert holm([]).shape == (0,)
