"""Targets that are learned as logarithms, and answers that come back in their own unit."""

from dataclasses import replace

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from retrace.core.records import Dataset

SCALES = {"log": (np.log, np.exp), "log1p": (np.log1p, np.expm1)}


def on_target_scale(part: Dataset) -> Dataset:
    """Return the rows with the targets that a model learns."""
    if part.target_scale is None:
        return part
    to_scale, _ = SCALES[part.target_scale]
    return replace(part, y=to_scale(part.y), target_scale=None)


def answer_in_units(model: Pipeline, training: Dataset) -> None:
    """Let a model that has learned the rows of `on_target_scale` answer in the target's own unit.

    By its own fit, scikit-learn's TransformedTargetRegressor would hand on validation rows whose targets
    are not transformed. So it gets the estimator when that is fitted.

    Parameters
    ----------
    model : Pipeline
        Fitted; its last step is replaced where the dataset has a ``target_scale``.
    training : Dataset
        The rows as they were read.
    """
    if training.target_scale is None:
        return
    to_scale, to_units = SCALES[training.target_scale]
    name, estimator = model.steps[-1]
    answering = TransformedTargetRegressor(
        FrozenEstimator(estimator), func=to_scale, inverse_func=to_units, check_inverse=False
    )
    # What is frozen learns nothing, and looks at no inputs.
    model.steps[-1] = (name, answering.fit(training.y[:, np.newaxis], training.y))
