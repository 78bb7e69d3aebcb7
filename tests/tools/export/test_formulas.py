import numpy as np
import onnxruntime
import pytest
from sklearn.linear_model import SGDClassifier
from sklearn.naive_bayes import GaussianNB

from retrace.tools.export import NotExportableError
from retrace.tools.export.formulas import gaussian_as_onnx, linear_as_onnx

GENERATOR = np.random.default_rng(0)
Y = np.arange(90) % 3
X = GENERATOR.normal(size=(90, 4)) + 3 * Y[:, None] * np.array([1, -1, 1, 1])


@pytest.mark.parametrize(
    ("estimator", "export"),
    [
        (SGDClassifier(loss="log_loss", alpha=1e-7, random_state=0), linear_as_onnx),
        (GaussianNB(var_smoothing=1e-15), gaussian_as_onnx),
    ],
    ids=["sgd", "gaussian_nb"],
)
def test_a_model_that_is_sure_says_the_same(estimator, export):
    estimator.fit(X, Y)
    session = onnxruntime.InferenceSession(export(estimator).SerializeToString())
    code, shares = session.run(None, {"features": X})
    assert (code == estimator.predict(X)).all()
    assert np.abs(shares - estimator.predict_proba(X)).max() < 1e-6


def test_another_loss_is_refused():
    with pytest.raises(NotExportableError, match="its own is modified_huber"):
        linear_as_onnx(SGDClassifier(loss="modified_huber").fit(X, Y))
