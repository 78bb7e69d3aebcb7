from types import SimpleNamespace

import pytest

from retrace.models.progress import Progress

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
