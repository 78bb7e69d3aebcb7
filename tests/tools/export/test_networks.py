import numpy as np
import pytest

from exported_models import fitted
from made_datasets import image_dataset
from retrace.tools.export.graph import finished
from retrace.tools.export.networks import network_as_onnx


@pytest.mark.slow
def test_a_network_takes_any_number_of_images_and_holds_no_source_paths(params):
    import onnxruntime

    predictor, rows = fitted(params, image_dataset(), "cnn", epochs=1, channels=[4])
    content = finished(network_as_onnx(predictor.model["model"]), {}).SerializeToString()
    session = onnxruntime.InferenceSession(content)
    for n in (1, 2, 7, 50):
        assert session.run(None, {"images": np.asarray(rows[0].X[:n])})[0].shape == (n, 3)
    assert b"estimator.py" not in content
