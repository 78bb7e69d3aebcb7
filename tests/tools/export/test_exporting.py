import pytest

from exported_models import fitted
from made_datasets import mixed_dataset
from retrace.core.artifacts import save_bytes
from retrace.tools.export import exporting
from retrace.tools.export.exporting import export_made


def test_the_file_is_what_was_tried(params, tmp_path):
    made = export_made(*fitted(params, mixed_dataset(), "gaussian_nb"))
    save_bytes(made.content, tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == made.content


@pytest.mark.slow
def test_rows_are_those_of_the_run(published, monkeypatch):
    from retrace.tools.prediction.source import find_source

    with published.at_home():
        rows = exporting.rows_of(find_source("v1.0.0"))
        assert [each.called for each in rows] == ["validation row", "test row"]
        assert sum(len(each.ids) for each in rows) == 71


@pytest.mark.slow
def test_nothing_is_written_where_answers_differ(published, monkeypatch, tmp_path):
    monkeypatch.setattr("retrace.tools.export.parity.TOLERANCE", 0)
    output = tmp_path / "model.onnx"
    run = published.retrace("export", "--output", str(output), check=False)
    assert "nothing was written" in run.stderr
    assert "validation row" in run.stderr
    assert list(tmp_path.iterdir()) == []
