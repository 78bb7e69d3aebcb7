"""The rounds of a boosting: what they scored, which is best, when to stop, and who is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

REPORTS = 20  # times that callbacks are told at most: rounds are many and quick


class Callback(Protocol):
    """What watches a boosting, as `retrace.models.torch.training.Callback` a network."""

    def on_train_begin(self, state: Any, options: Any) -> None:
        """Be told the start."""

    def on_epoch_end(self, state: Any, options: Any) -> None:
        """Be told a round now and then, and the last."""

    def on_train_end(self, state: Any, options: Any) -> None:
        """Be told the end."""


@dataclass(kw_only=True)
class Rounds:
    """How far the boosting is: as callbacks see it, rounds for epochs."""

    epochs: int
    patience: int | None
    callbacks: Sequence["Callback"] = ()
    epoch: int = 0
    best_epoch: int = 0
    best_loss: float = np.inf
    history: list[dict[str, Any]] = field(default_factory=list)

    def add(self, losses: Mapping[str, float]) -> bool:
        """Take a round down; tell whether it is time to stop."""
        self.epoch += 1
        self.history.append(
            {"epoch": self.epoch} | {f"{part}_loss": float(losses[part]) for part in losses}
        )
        # Without validation rows the last round counts.
        loss = losses.get("validation", -self.epoch)
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, self.epoch
        stop = self.patience is not None and self.epoch - self.best_epoch >= self.patience
        if stop or not self.epoch % max(1, self.epochs // REPORTS):
            for callback in self.callbacks:
                callback.on_epoch_end(self, self)
        return stop
