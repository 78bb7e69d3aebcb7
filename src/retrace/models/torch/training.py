"""The training loop of the torch models: a network and tensors in, trained weights out.

Small data live on the device whole, and a batch is a slice of them: no DataLoader, no copy per batch,
one synchronisation per epoch. Every epoch seeds its own generators, so an epoch depends on nothing but
the state that the last one left.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from retrace.core.errors import ModelError
from retrace.core.records import Task
from retrace.models.torch.augmentation import augment, shift_images
from retrace.models.torch.optimization import LOSSES, SCHEDULES, adamw

Inputs = tuple[Tensor, Tensor]

# Of a batch to predict: with 32 channels after the first layer, these take 32 MiB.
PREDICTED_PIXELS = 2**18


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """How a network is trained; the names are those of `TorchEstimator`."""

    task: Task
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    schedule: str
    patience: int | None
    keep: str
    class_weight: Tensor | None
    shift: int
    augmentation: Mapping[str, Any]
    precision: str
    seed: int


@dataclass(kw_only=True)
class TrainingState:
    """All that the next epoch depends on.

    Attributes
    ----------
    network, optimizer, scheduler
        As torch has them.
    epoch : int
        Number of finished epochs.
    history : list of dict
        One entry per finished epoch: the columns of report/training_history.csv.
    best_loss : float
        Lowest validation loss so far.
    best_epoch : int
        The epoch that had it.
    kept_weights : dict of str to Tensor
        The weights after that epoch, or after the last one, as ``keep`` says.
    """

    network: nn.Module
    optimizer: torch.optim.Optimizer
    scheduler: torch.optim.lr_scheduler.LRScheduler
    epoch: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)
    best_loss: float = math.inf
    best_epoch: int = 0
    kept_weights: dict[str, Tensor] = field(default_factory=dict)


# One string object per name, in every epoch: pickle writes a second object of equal text again.
NAMES = {
    "train": ("train_loss", "train_accuracy"),
    "validation": ("validation_loss", "validation_accuracy"),
}


class Callback(Protocol):
    """What may watch a training from outside: a progress bar, a checkpoint, a pruner."""

    def on_train_begin(self, state: TrainingState, options: TrainingOptions) -> None:
        """Run once before the first epoch; may put an earlier state into ``state``."""

    def on_epoch_end(self, state: TrainingState, options: TrainingOptions) -> None:
        """Run after each epoch."""

    def on_train_end(self, state: TrainingState, options: TrainingOptions) -> None:
        """Run once after the last epoch."""


def train_network(
    network: nn.Module,
    training: Inputs,
    validation: Inputs | None,
    options: TrainingOptions,
    callbacks: Sequence[Callback] = (),
) -> TrainingState:
    """Train a network and keep the weights of its last or of its best epoch.

    Parameters
    ----------
    network : Module
        On the device, as are the data; maps inputs to logits, or to one number each.
    training, validation : (inputs, targets)
        Tensors of shape (n_samples, ...) and (n_samples,): codes of classes, or numbers. The best epoch
        is the one with the lowest loss on ``validation``; without it, the last one.
    options : TrainingOptions
        How to train it.
    callbacks : sequence of Callback
        What watches each epoch.

    Returns
    -------
    TrainingState
        After the last epoch, with ``kept_weights`` and ``history``.

    Raises
    ------
    ModelError
        The loss is no longer finite.
    """
    state = _initial_state(network, len(training[1]), options)
    for callback in callbacks:
        callback.on_train_begin(state, options)
    while state.epoch < options.epochs and not _out_of_patience(state, options):
        _run_epoch(state, training, validation, options)
        for callback in callbacks:
            callback.on_epoch_end(state, options)
    for callback in callbacks:
        callback.on_train_end(state, options)
    return state


def batches(n_samples: int, batch_size: int) -> int:
    """Return how many batches of nearly equal size an epoch has: none is left with a single row."""
    return math.ceil(n_samples / batch_size)


def _initial_state(network: nn.Module, n_samples: int, options: TrainingOptions) -> TrainingState:
    optimizer = adamw(network, options.learning_rate, options.weight_decay)
    steps = options.epochs * batches(n_samples, options.batch_size)
    scheduler = SCHEDULES[options.schedule](optimizer, options.learning_rate, steps)
    return TrainingState(network=network, optimizer=optimizer, scheduler=scheduler)


def _run_epoch(
    state: TrainingState, training: Inputs, validation: Inputs | None, options: TrainingOptions
) -> None:
    learning_rate = state.scheduler.get_last_lr()[0]
    scores = _train_one_epoch(state, training, options)
    state.epoch += 1
    row: dict[str, Any] = {"epoch": state.epoch} | _named("train", scores, options)
    if validation is not None:
        row |= _named("validation", _score(state.network, validation, options), options)
    if not all(map(math.isfinite, row.values())):
        raise ModelError(
            f"the training diverged in epoch {state.epoch}: its loss is not finite; lower the"
            f" learning_rate ({options.learning_rate})"
        )
    row["learning_rate"] = learning_rate
    state.history.append(row)
    # The loss chooses the epoch, not the accuracy: of few rows that takes few values, and ties are many.
    best = validation is None or row["validation_loss"] < state.best_loss
    if best:
        state.best_loss = row.get("validation_loss", math.inf)
        state.best_epoch = state.epoch
    if best or options.keep == "last":
        # A copy: the next step changes the network's tensors in place.
        state.kept_weights = {
            name: weight.detach().clone() for name, weight in state.network.state_dict().items()
        }


def _train_one_epoch(
    state: TrainingState, training: Inputs, options: TrainingOptions
) -> tuple[float, float]:
    X, y = training
    # Seeded anew in each epoch, so that one that follows a checkpoint draws what it would have drawn; on
    # the CPU, so that every device sees the same order and the same augmentation.
    generator = torch.Generator().manual_seed(_epoch_seed(options.seed, state.epoch))
    torch.manual_seed(_epoch_seed(options.seed, state.epoch))  # for dropout
    order = torch.randperm(len(y), generator=generator).to(y.device)
    # Summed on the device: to read a number out of a GPU is to wait for it, once an epoch is enough.
    loss_sum, correct = torch.zeros(2, device=y.device)
    state.network.train()
    for rows in order.tensor_split(batches(len(y), options.batch_size)):
        inputs, targets = X[rows], y[rows]
        if options.shift:
            inputs = shift_images(inputs, options.shift, generator)
        if any(options.augmentation.values()):
            inputs = augment(inputs, generator, **options.augmentation)
        with _precision(options, y.device):
            outputs = state.network(inputs)
        # Half precision has too few digits for the logarithms of a loss.
        loss = LOSSES[options.task](outputs.float(), targets, options.class_weight)
        state.optimizer.zero_grad()
        loss.backward()
        state.optimizer.step()
        state.scheduler.step()  # schedules run from step to step, not from epoch to epoch
        loss_sum += loss.detach() * len(rows)
        if options.task == "classification":
            correct += (outputs.detach().argmax(dim=1) == targets).sum()
    return loss_sum.item() / len(y), correct.item() / len(y)


def _score(network: nn.Module, validation: Inputs, options: TrainingOptions) -> tuple[float, float]:
    X, y = validation
    outputs = predict_outputs(network, X)
    accuracy = (outputs.argmax(dim=1) == y).double().mean()
    # Without class weights: every validation row counts the same, whatever the training weighs.
    return LOSSES[options.task](outputs, y, None).item(), accuracy.item()


def _named(part: str, scores: tuple[float, float], options: TrainingOptions) -> dict[str, float]:
    """Name a loss and an accuracy as the history does; a regression has no accuracy."""
    loss, accuracy = NAMES[part]
    named = {loss: scores[0]}
    return named | {accuracy: scores[1]} if options.task == "classification" else named


def predict_outputs(network: nn.Module, X: Tensor) -> Tensor:
    """Return what a network says of each row, (n_samples, n_outputs), without dropout or gradients."""
    batch_size = max(1, min(4096, PREDICTED_PIXELS // math.prod(X.shape[2:])))
    network.eval()
    with torch.inference_mode():
        return torch.cat([network(rows) for rows in X.split(batch_size)])


def _precision(options: TrainingOptions, device: torch.device) -> torch.autocast:
    mixed = options.precision == "bfloat16"
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=mixed)


def _epoch_seed(seed: int, epoch: int) -> int:
    # A large factor: seed 1 in epoch 2 draws other numbers than seed 2 in epoch 1.
    return seed * 1_000_003 + epoch


def _out_of_patience(state: TrainingState, options: TrainingOptions) -> bool:
    # The state alone decides, so a training that goes on from a checkpoint stops where it would have.
    return options.patience is not None and state.epoch - state.best_epoch >= options.patience
