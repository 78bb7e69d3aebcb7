"""What a network's training makes small, by task."""

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional as F

from retrace.core.records import Task


def cross_entropy(logits: Tensor, codes: Tensor, class_weight: Tensor | None) -> Tensor:
    """Return minus the mean log probability of the true classes."""
    return F.cross_entropy(logits, codes, weight=class_weight)


def squared_error(outputs: Tensor, y: Tensor, class_weight: None) -> Tensor:
    """Return the mean squared error of one output per row."""
    return F.mse_loss(outputs.squeeze(1), y)


LOSSES: dict[Task, Callable[..., Tensor]] = {
    "classification": cross_entropy,
    "regression": squared_error,
}
