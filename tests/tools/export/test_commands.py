import builtins

import pytest


@pytest.mark.slow
def test_the_model_becomes_a_file_that_says_how_well_it_agrees(published, tmp_path):
    run = published.retrace("export", "--output", str(tmp_path / "wine.onnx"), "--model", "v1.0.0")
    assert "rows agree, one by one and together; largest difference" in run.stdout
    assert (tmp_path / "wine.onnx").stat().st_size > 500


def test_without_the_packages_one_line_says_what_to_install(monkeypatch):
    from retrace.core.errors import ModelError
    from retrace.tools.export.commands import export

    real = builtins.__import__

    def without_onnx(name, *arguments, **options):
        if name.partition(".")[0] == "onnx" or (
            name.endswith("export") and "exporting" in str(arguments)
        ):
            raise ImportError("No module named 'onnx'", name="onnx")
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without_onnx)
    with pytest.raises(ModelError, match="onnx is not installed: run `pip install"):
        export()
