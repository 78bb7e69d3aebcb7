import sys

import pytest
import torch
from sklearn.metrics import log_loss, mean_squared_error

from retrace.models.torch.optimization import COMPILER, SCHEDULES, adamw, cross_entropy, squared_error


def test_cross_entropy_is_the_log_loss_of_scikit_learn():
    logits = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    codes = torch.arange(50) % 3
    expected = log_loss(codes, torch.softmax(logits.double(), dim=1))
    assert cross_entropy(logits, codes, None).item() == pytest.approx(expected, rel=1e-5)


def test_a_class_of_more_weight_counts_more():
    logits, codes = torch.tensor([[2.0, 0.0], [0.0, 0.0]]), torch.tensor([0, 1])
    even = cross_entropy(logits, codes, None)
    assert cross_entropy(logits, codes, torch.tensor([1.0, 9.0])) > even


def test_squared_error_takes_one_output_per_row():
    outputs, y = torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([1.0, 3.0, 6.0])
    expected = mean_squared_error(y, outputs.squeeze(1))
    assert squared_error(outputs, y, None).item() == pytest.approx(expected)


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


def test_an_optimizer_works_as_torchs_own_and_loads_no_compiler(monkeypatch):
    networks = [torch.nn.Linear(3, 1), torch.nn.Linear(3, 1)]
    networks[1].load_state_dict(networks[0].state_dict())
    theirs = torch.optim.AdamW(networks[1].parameters(), lr=0.1, weight_decay=0.01, fused=True)
    monkeypatch.delitem(sys.modules, COMPILER, raising=False)
    ours = adamw(networks[0], 0.1, 0.01)
    ours.load_state_dict(ours.state_dict())
    for network, optimizer in zip(networks, (ours, theirs), strict=True):
        for _ in range(3):
            optimizer.zero_grad()
            network(torch.ones(2, 3)).sum().backward()
            optimizer.step()
            assert optimizer is theirs or COMPILER not in sys.modules
    assert torch.equal(networks[0].weight, networks[1].weight)
