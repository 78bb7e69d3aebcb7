import pytest

from retrace.tools.search.trials.evaluating import Outcome
from retrace.tools.search.watching import Progress


@pytest.fixture
def watch(capsys):
    def watch(values, goal="accuracy"):
        watcher = Progress(goal, 9, [])
        with watcher.bar:
            for number, value in enumerate(values):
                values = None if value is None else (value,)
                watcher.show(number, Outcome(values=values, error="no" if value is None else None))
        return watcher, capsys.readouterr().err.splitlines()

    return watch


def test_a_log_gets_a_line_for_each_new_best(watch):
    watcher, lines = watch([0.5, 0.4, None, 0.6, 0.6])
    assert lines == [
        "1 of 9: best accuracy 0.5000 (trial 0)",
        "4 of 9: best accuracy 0.6000 (trial 3)",
    ]
    assert watcher.summary() == "best accuracy 0.6000 (trial 3)"


def test_lower_can_be_better(watch):
    assert len(watch([0.5, 0.6, 0.4], goal="log_loss")[1]) == 2


def test_a_terminal_gets_a_bar(watch, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    _, lines = watch([0.5, 0.4])
    assert "best accuracy 0.5000 (trial 0)" in "".join(lines)
    assert "2/9" in "".join(lines)
