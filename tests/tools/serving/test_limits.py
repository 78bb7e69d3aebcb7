import pytest

from retrace.tools.serving.limits import Rate
from retrace.tools.serving.refusals import RefusedError


def test_a_client_gets_its_burst_and_then_so_many_a_second():
    rate = Rate(2)
    for now in (0, 0, 0.5, 1):
        rate.check("a", now)
    with pytest.raises(RefusedError, match="more than 2 requests a second"):
        rate.check("a", 1.1)
    rate.check("b", 1.1)
    rate.check("a", 1.7)


def test_without_a_rate_nobody_is_refused():
    for _ in range(1000):
        Rate(0).check("a", 0)
