"""How a network learns: the loss, the optimizer, and the learning rate from step to step."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer, lr_scheduler

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


def adamw(network: nn.Module, learning_rate: float, weight_decay: float) -> Optimizer:
    """Build the optimizer: Loshchilov and Hutter, arXiv:1711.05101."""
    # fused: quicker, and with exact square roots; its other kernels call `torch.sqrt`, whose last bit
    # MKL's vector mathematics gives each processor in its own way.
    return torch.optim.AdamW(
        network.parameters(), lr=learning_rate, weight_decay=weight_decay, fused=True
    )


def one_cycle(optimizer: Optimizer, learning_rate: float, steps: int) -> lr_scheduler.LRScheduler:
    """Rise to ``learning_rate``, then fall to almost nothing: Smith and Topin, arXiv:1708.07120."""
    return lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=steps)


def cosine(optimizer: Optimizer, learning_rate: float, steps: int) -> lr_scheduler.LRScheduler:
    """Fall from ``learning_rate`` to zero as a cosine does: Loshchilov and Hutter, arXiv:1608.03983."""
    return lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)


def constant(optimizer: Optimizer, learning_rate: float, steps: int) -> lr_scheduler.LRScheduler:
    """Stay at ``learning_rate``."""
    return lr_scheduler.ConstantLR(optimizer, factor=1)


SCHEDULES: dict[str, Callable[[Optimizer, float, int], lr_scheduler.LRScheduler]] = {
    "one_cycle": one_cycle,
    "cosine": cosine,
    "constant": constant,
}
