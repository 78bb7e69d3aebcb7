import numpy as np
import onnxruntime
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from retrace.tools.export.trees import trees_as_onnx

# Values that float32 cannot tell apart, so its thresholds would put rows on the wrong side.
X = 1e8 + np.arange(60.0).reshape(-1, 1)
X[::7] = np.nan


def ask(estimator, rows):
    session = onnxruntime.InferenceSession(trees_as_onnx(estimator).SerializeToString())
    return session.run(None, {"features": rows})


@pytest.mark.parametrize("n_classes", [2, 3])
def test_rows_that_float32_cannot_tell_apart_go_their_own_ways(n_classes):
    estimator = HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=2)
    estimator.fit(X, np.arange(60) // (60 // n_classes))
    codes, shares = ask(estimator, X)
    assert (codes == estimator.predict(X)).all()
    assert np.abs(shares - estimator.predict_proba(X)).max() < 1e-6


def test_numbers_too():
    estimator = HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=2).fit(X, np.arange(60.0))
    assert ask(estimator, X)[0].ravel() == pytest.approx(estimator.predict(X), rel=1e-6)
