from retrace.tools.prediction.extras import lacking_extra


def test_the_command_that_brings_it_is_named():
    error = ImportError("No module named 'onnx'", name="onnx")
    assert str(lacking_extra(error)) == (
        "onnx is not installed: run `pip install --no-deps -r requirements-serve.txt`"
    )
