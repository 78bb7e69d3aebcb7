"""The words by which a linear model of texts decides: those of the largest coefficients."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from retrace.core.records import Dataset

SHOWN = 12


class Words(NamedTuple):
    """What speaks for a class, or of a regression for a higher or a lower number.

    Attributes
    ----------
    speak_for : str
        The class, or ``"higher"`` or ``"lower"``.
    words : tuple of (str, float)
        Words, or letters in a row, with their coefficients; the strongest first.
    """

    speak_for: str
    words: tuple[tuple[str, float], ...]


def speaking_words(model: Pipeline, part: Dataset) -> tuple[Words, ...]:
    """Return the words of the largest coefficients of each class, of terms that weigh alike by tf-idf.

    Parameters
    ----------
    model : Pipeline
        Fitted.
    part : Dataset
        Rows as it takes them; their words are in no answer, only whether they may be shown.

    Returns
    -------
    tuple of Words
        None where the model is not linear, does not count words, or the data are private.
    """
    if part.kind != "text" or part.private:
        return ()
    coefficients = getattr(_innermost(model.steps[-1][1]), "coef_", None)
    if coefficients is None or not np.ndim(coefficients):
        return ()
    names = np.asarray(Pipeline(model.steps[:-1]).get_feature_names_out(), dtype=object)
    rows = np.atleast_2d(coefficients)
    if len(rows) == 1:  # against each other
        rows = np.vstack([-rows, rows])
    classes = part.classes or ("lower", "higher")
    return tuple(Words(name, _strongest(row, names)) for name, row in zip(classes, rows, strict=True))


def _innermost(estimator: Any) -> Any:
    """Return what was fitted, below what calibrates it or changes its target's scale."""
    while True:
        if calibrated := getattr(estimator, "calibrated_classifiers_", None):
            estimator = calibrated[0].estimator
        elif type(estimator).__name__ == "FrozenEstimator":
            estimator = estimator.estimator
        elif hasattr(estimator, "regressor_"):
            estimator = estimator.regressor_
        else:
            return estimator


def _strongest(
    coefficients: NDArray[np.float64], names: NDArray[np.object_]
) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-coefficients, kind="stable")[:SHOWN]
    return tuple(
        (_shown(names[column]), float(coefficients[column]))
        for column in order
        if coefficients[column] > 0
    )


def _shown(name: str) -> str:
    """Name a word as it is, and letters with the spaces that are among them."""
    family, _, rest = name.rpartition("__")
    return rest.replace(" ", "␣") if family == "letters" else rest or name
