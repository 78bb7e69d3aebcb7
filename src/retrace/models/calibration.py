"""Probabilities that mean what they say: those of a fitted model, by the validation rows."""

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from retrace.core.errors import ParamsError
from retrace.core.records import Dataset


def calibrate_model(model: Pipeline, validation: Dataset, method: str) -> None:
    """Replace the last step of a fitted model by one whose probabilities are calibrated.

    Platt (1999) for ``"sigmoid"``, Zadrozny and Elkan (2002) for ``"isotonic"``; of more than two
    classes each against the rest. The model itself stays as it was fitted.

    Parameters
    ----------
    model : Pipeline
        Fitted, of a classification; its last step is called ``"model"``.
    validation : Dataset
        The rows to learn from.
    method : {"isotonic", "sigmoid"}
        The curve that is fitted: a step function, or a logistic one.

    Raises
    ------
    ParamsError
        The validation part lacks a class that the model knows.
    """
    *steps, (name, estimator) = model.steps
    lacking = np.setdiff1d(estimator.classes_, validation.y)
    if lacking.size:
        raise ParamsError(
            f"params.yaml: calibrate: got '{method}', but the validation part has no row of"
            f" {validation.classes[lacking[0]]}: leave it empty"
            " (null), or give the validation part a larger share (split.validation)"
        )
    X = Pipeline(steps).transform(validation.X) if steps else validation.X
    # One fold that tests every row: what is frozen learns from none of them.
    everything = np.arange(len(validation))
    calibrated = CalibratedClassifierCV(
        FrozenEstimator(estimator), method=method, cv=[(everything, everything)], ensemble=False
    ).fit(X, validation.y)
    calibrated.cv = None  # its rows would be pickled
    model.steps[-1] = (name, calibrated)
