import json
import re
import shutil

import pytest
import torch

from project import ROOT
from retrace.core.artifacts import ENVIRONMENT, HISTORY, save_history, save_json
from retrace.core.errors import RetraceError
from retrace.models.callbacks import Checkpoint
from retrace.models.torch.training import TrainingState
from retrace.tools.tracking.choosing import chosen
from retrace.tools.tracking.live import watch_training
from retrace.tools.tracking.runs import log_runs
from retrace.tools.tracking.store import open_store

RECORD = {"model": "cnn", "hyperparameters": {"epochs": 4}, "hardware": {"device": "cpu"}}


class Training:
    """A training as the stage leaves it behind, an epoch for each look of the one who watches."""

    def __init__(self):
        network = torch.nn.Linear(2, 2)
        optimizer = torch.optim.SGD(network.parameters())
        scheduler = torch.optim.lr_scheduler.ConstantLR(optimizer)
        self.state = TrainingState(network=network, optimizer=optimizer, scheduler=scheduler)
        self.checkpoint = Checkpoint(RECORD)

    def go_on(self, stop=None):
        if self.state.epoch == stop:
            raise KeyboardInterrupt
        if self.state.epoch == 3:
            return self.end()  # between the last look and this one, an epoch too
        self._epoch()
        self.checkpoint.on_epoch_end(self.state, None)
        return None

    def end(self):
        self._epoch()
        save_history(self.state.history, HISTORY)
        save_json(RECORD, ENVIRONMENT)
        self.checkpoint.remove()

    def _epoch(self):
        self.state.epoch += 1
        losses = {"train_loss": 1 / self.state.epoch, "validation_loss": 2 / self.state.epoch}
        self.state.history.append({"epoch": self.state.epoch, **losses, "learning_rate": 0.1})


@pytest.fixture
def training(runs):
    """A repository in which a network trains; the params are of one."""
    runs.commit(runs.rows())
    shutil.copy(ROOT / "params.yaml", "params.yaml")
    return Training()


def steps(logged, name, metric="train_loss"):
    run = logged()[name].info.run_id
    with open_store() as store:
        found = store.client.get_metric_history(run, metric)
    return sorted((each.step, round(each.value, 3)) for each in found)


@pytest.mark.slow
def test_a_training_is_seen_while_it_runs_and_its_finished_run_takes_the_place_of_the_view(
    runs, training, logged, params
):
    said = []
    with pytest.raises(KeyboardInterrupt):
        watch_training(said.append, lambda: training.go_on(stop=2))
    view = logged()["cnn on digits, live"]
    assert view.info.status == "KILLED"
    assert view.data.params["models.cnn.epochs"] == str(params.models["cnn"]["epochs"])
    watch_training(said.append, training.go_on)
    assert "epoch 2: train_loss 0.5000, validation_loss 1.0000, learning_rate 0.1000" in said
    assert "the training has ended" in said[-1]
    assert logged()["cnn on digits, live"].info.status == "FINISHED"
    assert steps(logged, "cnn on digits, live") == [(1, 1.0), (2, 0.5), (3, 0.333), (4, 0.25)]

    runs.made["cache/environment.json"] = json.dumps(RECORD).encode()
    runs.commit(runs.rows())
    with open_store() as store:
        log_runs(store, chosen([], False))
    assert list(logged()) == ["main"]
    shutil.copy(ROOT / "params.yaml", "params.yaml")
    training.state.epoch = 2
    watch_training(said.append, training.go_on)
    assert "logged already" in said[-2]
    assert list(logged()) == ["main"]


def test_a_model_without_epochs_is_nothing_to_watch(runs):
    text = (ROOT / "params.yaml").read_text()
    runs.write("params.yaml", re.sub("^model: .*", "model: svm", text, flags=re.MULTILINE))
    with pytest.raises(RetraceError, match="svm trains without epochs, so there is nothing to watch"):
        watch_training(print)
