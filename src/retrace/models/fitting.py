"""A model and the parts it may see in, a fitted model or its predictions out."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import sklearn
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from retrace.core.errors import ModelError
from retrace.core.records import Dataset, Predictions
from retrace.models.calibration import calibrate_model
from retrace.models.callbacks import Progress
from retrace.models.signature import sign
from retrace.models.target_scale import answer_in_units, on_target_scale

# What they predict is by their own code the most probable class: asked once, they take half the time.
# By name, since to import them all takes longer than most models take to answer.
MOST_PROBABLE = {
    "BoostedClassifier",
    "CalibratedClassifierCV",
    "RandomForestClassifier",
    "TorchClassifier",
}

# What `fit` takes where it chooses by validation rows; one of these alone means something else.
VALIDATED = ("X_val", "y_val", "callbacks")


def fit_model(
    model: Pipeline,
    training: Dataset,
    validation: Dataset,
    callbacks: Sequence[object] = (),
    calibrate: str | None = None,
) -> list[dict[str, Any]]:
    """Fit a model on the training rows; one that chooses by validation rows gets these too.

    Parameters
    ----------
    model : Pipeline
        Not fitted; with ``calibrate`` or a ``target_scale`` its last step is replaced.
    training, validation : Dataset
        The rows to fit on, and those that a model may stop by or be calibrated on.
    callbacks : sequence of callbacks
        What watches a training by epochs.
    calibrate : {"isotonic", "sigmoid"} or None
        How the probabilities are calibrated, on the validation rows.

    Returns
    -------
    list of dict
        The training history, one entry per epoch; empty for a model without epochs.

    Raises
    ------
    ModelError
        The model refuses the data.
    """
    estimator = model["model"]
    learned, judged = on_target_scale(training), on_target_scale(validation)
    with _refusal_in_one_line(model, "fitted to"):
        if all(has_fit_parameter(estimator, name) for name in VALIDATED):
            _fit_with_validation(model, learned, judged, callbacks)
        else:
            with _watched(callbacks, type(estimator).__name__):
                model.fit(learned.X, learned.y)
        answer_in_units(model, training)
        if calibrate is not None:
            calibrate_model(model, validation, calibrate)
    sign(model, training)
    return getattr(estimator, "history_", [])


def predict(model: Pipeline, part: Dataset) -> Predictions:
    """Return what a fitted model says of each row of a part.

    A model of a regression gives no probabilities: they have no columns.

    Raises
    ------
    ModelError
        The model refuses the data.
    """
    with _refusal_in_one_line(model, "applied to"):
        *steps, (_, estimator) = model.steps
        X = Pipeline(steps).transform(part.X) if steps else part.X  # once for both questions
        probabilities = np.empty((len(part), 0))
        if part.task == "classification":
            probabilities = estimator.predict_proba(X)
        if type(estimator).__name__ in MOST_PROBABLE:
            predicted = estimator.classes_[probabilities.argmax(axis=1)]
        else:
            predicted = estimator.predict(X)
        if not (np.isfinite(probabilities).all() and np.isfinite(predicted).all()):
            raise ValueError("it gives predictions or probabilities that are not finite")
    return Predictions(y=part.y, predicted=predicted, probabilities=probabilities)


@contextmanager
def _watched(callbacks: Sequence[object], what: str) -> Iterator[None]:
    with ExitStack() as stack:
        for callback in callbacks:
            if isinstance(callback, Progress):
                stack.enter_context(callback.waiting(what))
        yield


def _fit_with_validation(
    model: Pipeline, training: Dataset, validation: Dataset, callbacks: Sequence[object]
) -> None:
    # The Pipeline's fitted steps transform the validation rows too, as scikit-learn routes them.
    with sklearn.config_context(enable_metadata_routing=True):
        model.set_params(transform_input=["X_val"])
        model.fit(training.X, training.y, X_val=validation.X, y_val=validation.y, callbacks=callbacks)
        model.set_params(transform_input=None)


@contextmanager
def _refusal_in_one_line(model: Pipeline, verb: str) -> Iterator[None]:
    """Pass on what scikit-learn says of data or hyperparameters that do not fit together."""
    try:
        yield
    except ValueError as error:
        name = type(model["model"]).__name__
        raise ModelError(
            f"{name} cannot be {verb} this data: {error} (change its hyperparameters or the data)"
        ) from error
