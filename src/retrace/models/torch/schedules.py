"""How the learning rate goes from step to step of a training."""

from collections.abc import Callable

from torch.optim import Optimizer, lr_scheduler


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
