import pytest

from retrace.evaluation.intervals import Interval
from retrace.tools.monitoring.score import BETTER, KEPT, UNTOLD, WORSE, difference_of, verdict_of


def test_the_interval_of_a_difference_is_that_of_zou_and_donner():
    """Of equal halves of two normal intervals it is theirs by Pythagoras."""
    between = difference_of((0.8, Interval(0.77, 0.83)), (0.9, Interval(0.86, 0.94)))
    assert (between.low, between.high) == pytest.approx((-0.15, -0.05))


@pytest.mark.parametrize(
    ("low", "high", "higher", "verdict"),
    [
        (-0.2, -0.1, True, WORSE),
        (-0.2, -0.1, False, BETTER),
        (0.1, 0.2, True, BETTER),
        (-0.1, 0.1, True, KEPT),
        (float("nan"), float("nan"), True, UNTOLD),
    ],
)
def test_only_an_interval_without_zero_says_something(low, high, higher, verdict):
    assert verdict_of(Interval(low, high), higher_is_better=higher) == verdict
