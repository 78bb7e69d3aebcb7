import pytest
import torch

from retrace.models.torch.schedules import SCHEDULES


@pytest.mark.parametrize(
    ("name", "first", "highest", "last"),
    [("one_cycle", 0.04, 1.0, 0.0), ("cosine", 1.0, 1.0, 0.0), ("constant", 1.0, 1.0, 1.0)],
)
def test_a_schedule_has_its_shape(name, first, highest, last):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = SCHEDULES[name](optimizer, 1.0, 100)
    rates = []
    for _ in range(100):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    found = (rates[0], max(rates), rates[-1])
    assert found == pytest.approx((first, highest, last), abs=0.01)
