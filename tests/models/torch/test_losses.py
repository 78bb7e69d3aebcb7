import pytest
import torch
from sklearn.metrics import log_loss, mean_squared_error

from retrace.models.torch.losses import cross_entropy, squared_error


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
