import pytest


@pytest.mark.slow
def test_what_was_written_is_named(published, tmp_path):
    run = published.retrace("release", str(tmp_path / "made"))
    assert "model.joblib, model.onnx, requirements" in run.stdout
