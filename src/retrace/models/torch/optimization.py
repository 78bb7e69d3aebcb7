"""How a network learns: the loss, the optimizer, and the learning rate from step to step."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

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


COMPILER = "torch._dynamo"

# What an optimizer asks of the compiler.
STAND_IN = ModuleType(COMPILER)
STAND_IN.__dict__.update(graph_break=lambda: None, disable=lambda function, *_, **__: function)


@contextmanager
def _without_compiler() -> Iterator[None]:
    """Let an optimizer tell a stand-in to keep away, where torch's compiler is not loaded.

    torch.optim loads the compiler for that alone: a second and 75 MB in every process that trains.
    """
    if COMPILER in sys.modules:
        yield
        return
    sys.modules[COMPILER] = STAND_IN
    try:
        yield
    finally:
        del sys.modules[COMPILER]


class _AdamW(torch.optim.AdamW):
    """torch's own, whose methods would load its compiler."""

    @_without_compiler()
    def add_param_group(self, param_group: dict[str, Any]) -> None:
        super().add_param_group(param_group)

    @_without_compiler()
    def zero_grad(self, set_to_none: bool = True) -> None:
        super().zero_grad(set_to_none)

    @_without_compiler()
    def step(self, closure: Any = None) -> Any:
        return super().step(closure)

    @_without_compiler()
    def state_dict(self) -> dict[str, Any]:
        return super().state_dict()

    @_without_compiler()
    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict(state_dict)


def adamw(network: nn.Module, learning_rate: float, weight_decay: float) -> Optimizer:
    """Build the optimizer: Loshchilov and Hutter, arXiv:1711.05101."""
    # fused: quicker, and with exact square roots; its other kernels call `torch.sqrt`, whose last bit
    # MKL's vector mathematics gives each processor in its own way.
    return _AdamW(network.parameters(), lr=learning_rate, weight_decay=weight_decay, fused=True)


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
