import io
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from project import environment
from retrace.core.errors import ArtifactError
from retrace.models import callbacks
from retrace.models.callbacks import Checkpoint, Progress
from retrace.models.torch.training import train_network
from torch_options import TRAINING


class StopError(Exception):
    pass


class StopAfter:
    def __init__(self, epoch):
        self.epoch = epoch

    def on_train_begin(self, state, options):
        pass

    def on_epoch_end(self, state, options):
        if state.epoch == self.epoch:
            raise StopError

    def on_train_end(self, state, options):
        pass


def train(*callbacks):
    torch.manual_seed(0)
    y = torch.arange(80) % 2
    X = torch.randn(80, 3) + y[:, None]
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Linear(8, 2))
    return train_network(network, (X, y), (X, 1 - y), TRAINING, callbacks)


def weights(state):
    return torch.cat([value.double().flatten() for value in state.network.state_dict().values()])


@pytest.mark.parametrize("epoch", [1, 3, 5])
def test_an_interrupted_training_ends_as_one_that_was_not(tmp_path, epoch):
    checkpoint = Checkpoint({"data": 1}, tmp_path)
    with pytest.raises(StopError):
        train(checkpoint, StopAfter(epoch))
    resumed, whole = train(checkpoint), train()
    assert torch.equal(weights(resumed), weights(whole))
    assert resumed.history == whole.history
    assert resumed.best_epoch == whole.best_epoch


def test_a_model_without_epochs_is_said_to_be_at_work(monkeypatch):
    class Heard(io.StringIO):
        def write(self, text):
            heard.set()
            return super().write(text)

    heard, stream = threading.Event(), Heard()
    monkeypatch.setattr(callbacks, "SECONDS", 0)
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress().waiting("SVC"):
        assert heard.wait(60)
    assert stream.getvalue().startswith("fitting SVC: 0.0 min so far\n")


def test_a_state_of_another_record_is_not_used_and_makes_room(tmp_path):
    with pytest.raises(StopError):
        train(Checkpoint({"data": 1}, tmp_path), StopAfter(2))
    other = Checkpoint({"data": 2}, tmp_path)
    with pytest.raises(StopError):
        train(other, StopAfter(1))
    assert list(tmp_path.iterdir()) == [other.path]


@pytest.mark.parametrize("position", [0, 40, -100])
def test_a_damaged_state_is_said_and_training_starts_over(tmp_path, capsys, position):
    checkpoint = Checkpoint({"data": 1}, tmp_path)
    with pytest.raises(StopError):
        train(checkpoint, StopAfter(3))
    content = bytearray(checkpoint.path.read_bytes())
    content[position] ^= 1
    checkpoint.path.write_bytes(content)
    assert torch.equal(weights(train(checkpoint)), weights(train()))
    assert "the checkpoint is damaged" in capsys.readouterr().err


def test_a_finished_training_leaves_nothing(tmp_path):
    checkpoint = Checkpoint({"data": 1}, tmp_path)
    train(checkpoint)
    checkpoint.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ArtifactError, match="cannot be written"):
        train(Checkpoint({}, tmp_path / "file"))


STATE = SimpleNamespace(epoch=1, history=[{"epoch": 1, "train_loss": 0.5, "validation_loss": 0.25}])
OPTIONS = SimpleNamespace(epochs=2)


@pytest.mark.parametrize(
    ("terminal", "expected"),
    [(False, "epoch 1/2: train_loss 0.5000, validation_loss 0.2500\n"), (True, "train_loss=0.5000")],
)
def test_a_log_gets_lines_and_a_terminal_gets_a_bar(capsys, monkeypatch, terminal, expected):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    progress = Progress()
    progress.on_train_begin(STATE, OPTIONS)
    progress.on_epoch_end(STATE, OPTIONS)
    progress.on_train_end(STATE, OPTIONS)
    written = capsys.readouterr().err
    assert expected in written
    assert ("\r" in written) == terminal


def train_until(project, line):
    """Start the stage, and kill it when it has written this line."""
    run = subprocess.Popen(
        [sys.executable, "src/train.py"],
        cwd=project.folder,
        env=environment(project),
        stderr=subprocess.PIPE,
        text=True,
    )
    with run.stderr:
        seen = []
        for written in run.stderr:
            seen.append(written.strip())
            if written.startswith(line):
                run.send_signal(signal.SIGKILL)
                break
    assert run.wait() == -signal.SIGKILL
    return seen


@pytest.mark.long  # the loop is stopped and goes on in this process, above
def test_killed_at_two_epochs_the_stage_ends_in_the_same_bytes(project):
    project.set(data="digits", model="cnn", models__cnn__epochs=4)
    for stage in ("read_data", "preprocess", "split", "train"):
        project.stage(stage)
    outputs = ("cache/model.joblib", "report/training_history.csv", "cache/environment.json")
    expected = [project.read(path) for path in outputs]
    for path in outputs:
        (project / path).unlink()
    assert train_until(project, "epoch 2/4")[0].startswith("epoch 1/4")
    assert train_until(project, "epoch 3/4")[0] == "going on after epoch 2 of 4"
    assert not any((project / path).exists() for path in outputs)
    assert project.stage("train").stderr.startswith("going on after epoch 3 of 4")
    assert [project.read(path) for path in outputs] == expected
    assert not list((project / ".retrace").rglob("*.*"))
