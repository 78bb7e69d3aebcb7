import dataclasses

import pytest
import torch
from torch import nn

from retrace.models.torch.training import batches, train_network
from torch_options import TRAINING


@pytest.fixture
def data():
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(80) % 2
    return torch.randn(80, 3, generator=generator) + y[:, None], y


def train(data, validation=None, callbacks=(), **changes):
    torch.manual_seed(0)
    network = nn.Linear(3, 2)
    return train_network(network, data, validation, dataclasses.replace(TRAINING, **changes), callbacks)


@pytest.mark.parametrize("schedule", ["one_cycle", "cosine", "constant"])
def test_training_lowers_the_loss(data, schedule):
    history = train(data, schedule=schedule).history
    assert history[-1]["train_loss"] < history[0]["train_loss"]


@pytest.mark.parametrize(("keep", "kept"), [("best", min), ("last", lambda losses: losses[-1])])
def test_weights_are_kept_of_the_last_or_of_the_best_epoch(data, keep, kept):
    X, y = data
    state = train(data, validation=(X, 1 - y), keep=keep)
    losses = [row["validation_loss"] for row in state.history]
    assert state.best_epoch == losses.index(min(losses)) + 1 < len(losses)
    network = nn.Linear(3, 2)
    network.load_state_dict(state.kept_weights)
    loss = nn.functional.cross_entropy(network(X), 1 - y)
    assert loss.item() == pytest.approx(kept(losses), rel=1e-5)


def test_without_validation_rows_the_last_epoch_is_kept(data):
    state = train(data)
    assert state.best_epoch == 6
    assert "validation_loss" not in state.history[0]


def test_patience_stops_a_training_that_gets_no_better(data):
    X, y = data
    state = train(data, validation=(X, 1 - y), patience=2, epochs=50, schedule="constant")
    assert len(state.history) == state.best_epoch + 2 < 50


def test_class_weights_shift_predictions_to_the_heavier_class(data):
    def share_of_ones(weight):
        state = train(data, class_weight=torch.tensor(weight), schedule="constant")
        return state.network(data[0]).argmax(dim=1).double().mean()

    assert share_of_ones([1.0, 20.0]) > 0.9 > share_of_ones([1.0, 1.0])


def test_callbacks_see_every_epoch_and_change_nothing(data):
    seen = []

    class Watcher:
        def on_train_begin(self, state, options):
            seen.append("begin")

        def on_epoch_end(self, state, options):
            seen.append(state.epoch)

        def on_train_end(self, state, options):
            seen.append("end")

    watched, alone = train(data, callbacks=[Watcher()]), train(data)
    assert seen == ["begin", 1, 2, 3, 4, 5, 6, "end"]
    assert torch.equal(watched.network.weight, alone.network.weight)


@pytest.mark.parametrize(
    ("n", "size", "smallest"), [(65, 64, 32), (64, 64, 64), (1, 64, 1), (129, 64, 43)]
)
def test_batches_are_of_nearly_equal_size(n, size, smallest):
    parts = torch.arange(n).tensor_split(batches(n, size))
    assert min(map(len, parts)) == smallest
    assert max(map(len, parts)) <= size
