import pytest

from retrace.tools.dependencies.judging import judge
from retrace.tools.dependencies.traced import with_traces


def test_what_a_stage_opens_is_held_against_what_it_declares(toy, stage, monkeypatch):
    opened = {"src/train.py", "data.csv", "table.csv", "params.yaml", "model.txt", "dvc.yaml"}
    monkeypatch.setattr("retrace.tools.dependencies.traced.opened_by", lambda *_: opened)
    said = []
    (found,) = with_traces(judge([stage], toy), [stage], toy, said.append)
    assert found.missing == ("table.csv",)
    assert said == []


def test_a_dependency_that_no_process_opened_is_noted(toy, stage, monkeypatch):
    monkeypatch.setattr("retrace.tools.dependencies.traced.opened_by", lambda *_: {"src/train.py"})
    said = []
    (found,) = with_traces(judge([stage], toy), [stage], toy, said.append)
    assert said == ["note: train: this run did not open data.csv"]
    assert not found.wrong


@pytest.mark.slow
def test_a_run_finds_what_no_import_shows(toy, stage):
    (toy / "more.csv").write_text("2\n")
    script = (toy / "src/train.py").read_text().replace("data.csv", "more.csv")
    (toy / "src/train.py").write_text(script)
    (found,) = with_traces(judge([stage], toy), [stage], toy, lambda line: None)
    assert found.missing == ("more.csv",)
    assert not (toy / "model.txt").exists()
