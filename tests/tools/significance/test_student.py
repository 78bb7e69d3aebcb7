import numpy as np
import pytest
from scipy import stats

from retrace.tools.significance.student import student_evidence


@pytest.mark.parametrize("difference", [0.0, 0.02, -0.027, 0.0279, 0.05])
def test_the_interval_leaves_out_0_exactly_when_the_test_rejects(difference):
    found = student_evidence("t", difference, 0.01, 4)
    assert (abs(difference) > stats.t.ppf(0.975, 4) * 0.01) == (found.p_value < 0.05)
    assert (found.interval.low > 0 or found.interval.high < 0) == (found.p_value < 0.05)
    assert found.detectable == pytest.approx((2.776 + 0.941) * 0.01, rel=1e-3)


@pytest.mark.parametrize("difference", [0.0, 0.02])
def test_a_difference_that_is_always_the_same_tells_nothing_of_its_error(difference):
    found = student_evidence("t", difference, 0.0, 4)
    assert "the same each time" in found.reason
    assert np.isnan(found.p_value)
