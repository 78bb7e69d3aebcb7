"""What every library of boosted trees is given."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from retrace.core.errors import ModelError
from retrace.core.records import Floats

# Told the loss of each part after a round; answers whether to stop.
OnRound = Callable[[Mapping[str, float]], bool]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows as all libraries take them.

    Attributes
    ----------
    X : array or sparse matrix of shape (n_samples, n_features)
        Gaps are NaN; a category is its code.
    categorical : list of int
        The features that hold codes of categories.
    y : array of shape (n_samples,) or None
        Codes of classes from 0, or numbers.
    weight : array of shape (n_samples,) or None
    """

    X: Any
    categorical: list[int]
    y: NDArray[Any] | None = None
    weight: Floats | None = None


@dataclass(frozen=True, kw_only=True)
class Options:
    """How trees are boosted; names are those of `BoostedTrees`, ``n_classes`` of a regression is 0."""

    n_classes: int
    n_estimators: int
    learning_rate: float
    reg_lambda: float
    subsample: float
    colsample_bytree: float
    shape: Mapping[str, Any]
    threads: int
    seed: int


def imported(library: str) -> Any:
    """Import a library of boosted trees by its name.

    Raises
    ------
    ModelError
        It is not installed.
    """
    try:
        return importlib.import_module(library)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"params.yaml: model: '{library}' needs {error.name}, which is not installed: pip install"
            " --no-deps -r requirements-boosting.txt (or choose hist_gradient_boosting)"
        ) from error
