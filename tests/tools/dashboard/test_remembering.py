import numpy as np

from retrace.core.records import Predictions
from retrace.tools.dashboard import remembering
from retrace.tools.dashboard.remembering import remembered
from retrace.tools.significance import compare_rows


def comparison():
    y = np.arange(60) % 2
    sure = Predictions(y=y, predicted=y, probabilities=np.eye(2)[y])
    wrong = Predictions(y=y, predicted=1 - y, probabilities=np.eye(2)[1 - y])
    return compare_rows(wrong, sure, "accuracy")


def test_the_same_question_is_answered_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = []
    for _ in range(2):
        found = remembered("a", "b", "accuracy", lambda: asked.append(1) or comparison())
        assert found == comparison()
    assert len(asked) == 1


def test_other_predictions_metrics_or_code_are_asked_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = []
    for base, other, metric in (("a", "b", "m"), ("b", "a", "m"), ("a", "b", "n")):
        remembered(base, other, metric, lambda: asked.append(1) or comparison())
    monkeypatch.setattr(remembering, "_code", lambda: "mended")
    remembered("a", "b", "m", lambda: asked.append(1) or comparison())
    assert len(asked) == 4


def test_a_damaged_answer_is_made_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    remembered("a", "b", "m", comparison)
    next(iter((tmp_path / ".retrace/comparisons").iterdir())).write_text("{")
    assert remembered("a", "b", "m", comparison) == comparison()
