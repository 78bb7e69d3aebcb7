"""Boosted trees under scikit-learn's estimator contract, whichever library grows them."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.validation import check_is_fitted

from retrace.core.records import Floats
from retrace.models.boosting.definition import Options, Rows
from retrace.models.boosting.libraries import LIBRARIES
from retrace.models.boosting.rounds import Callback, Rounds

# The trees of each estimator that has predicted, unpacked once: its pickle holds bytes alone.
READY: "WeakKeyDictionary[BoostedTrees, tuple[bytes, Any]]" = WeakKeyDictionary()


class BoostedTrees(BaseEstimator):
    """Boost trees, and keep as many rounds as are best for the validation rows.

    Parameters
    ----------
    library : {"lightgbm", "xgboost", "catboost"}
        What grows them; it is imported when they are fitted or asked.
    n_estimators : int
        Rounds at most; each has a tree, or one for each of more than two classes.
    learning_rate : float
        What each round counts.
    reg_lambda : float
        Strength of the L2 penalty on the values of leaves.
    subsample, colsample_bytree : float
        The share of the rows, and of the features, that a tree sees.
    patience : int or None
        Stop after so many rounds without a lower validation loss.
    class_weight : {"balanced"} or None
        Weigh each row by the inverse frequency of its class; None for a regressor.
    shape : dict
        How large trees become, in the library's own words.
    threads, seed : int

    Attributes
    ----------
    trees_ : bytes
        As the library packs them: the same bytes every time.
    history_ : list of dict
        One entry per round, as of a network per epoch: the loss on training and validation rows.
    best_epoch_ : int
        Rounds that were kept.
    n_features_in_ : int
    """

    # scikit-learn's metadata routing: a Pipeline passes these on to `fit`.
    __metadata_request__fit: ClassVar = {"X_val": True, "y_val": True, "callbacks": True}

    def __init__(
        self,
        *,
        library: str,
        n_estimators: int,
        learning_rate: float,
        reg_lambda: float,
        subsample: float,
        colsample_bytree: float,
        patience: int | None,
        class_weight: str | None,
        shape: Mapping[str, Any],
        threads: int,
        seed: int,
    ) -> None:
        self.library = library
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.reg_lambda = reg_lambda
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.patience = patience
        self.class_weight = class_weight
        self.shape = shape
        self.threads = threads
        self.seed = seed

    def fit(
        self,
        X: Any,
        y: NDArray[Any],
        X_val: Any = None,
        y_val: NDArray[Any] | None = None,
        callbacks: Sequence[Callback] = (),
    ) -> Self:
        """Boost on ``X`` and ``y``; choose the number of rounds by ``X_val`` and ``y_val`` where given.

        Parameters
        ----------
        X, X_val : DataFrame, array or sparse matrix of shape (n_samples, n_features)
            A DataFrame's columns of pandas' categories are taken as categories; gaps may be anywhere.
        y, y_val : array of shape (n_samples,)
            Labels, or numbers to predict.
        callbacks : sequence of Callback
            What watches; they change no result.
        """
        n_classes = self._learn_classes(y)
        self.n_features_in_ = X.shape[1]
        library = LIBRARIES[self.library]
        validation = None
        if X_val is not None and y_val is not None:
            validation = self._rows(X_val, y_val)
        state = Rounds(
            epochs=self.n_estimators,
            patience=self.patience if validation else None,
            callbacks=callbacks,
        )
        for callback in callbacks:
            callback.on_train_begin(state, state)
        booster = library.boost(self._rows(X, y), validation, self._options(n_classes), state.add)
        for callback in callbacks:
            callback.on_train_end(state, state)
        self.trees_ = library.pack(booster, state.best_epoch)
        self.history_, self.best_epoch_ = state.history, state.best_epoch
        return self

    def _learn_classes(self, y: NDArray[Any]) -> int:
        """Learn which classes there are, and return how many; a regression has none."""
        return 0

    def _rows(self, X: Any, y: NDArray[Any]) -> Rows:
        return _inputs(X, y)

    def _outputs(self, X: Any) -> Floats:
        check_is_fitted(self)
        library = LIBRARIES[self.library]
        packed, booster = READY.get(self, (b"", None))
        if packed != self.trees_:
            booster = library.unpack(self.trees_)
            READY[self] = self.trees_, booster
        return library.outputs(booster, _inputs(X), self.threads)

    def _options(self, n_classes: int) -> Options:
        return Options(
            n_classes=n_classes,
            n_estimators=self.n_estimators,
            learning_rate=self.learning_rate,
            reg_lambda=self.reg_lambda,
            subsample=self.subsample,
            colsample_bytree=self.colsample_bytree,
            shape=self.shape,
            threads=self.threads,
            seed=self.seed,
        )


class BoostedClassifier(ClassifierMixin, BoostedTrees):
    """Boosted trees for classes, by the logistic loss."""

    def predict_proba(self, X: Any) -> Floats:
        """Return probabilities of shape (n_samples, n_classes)."""
        found = self._outputs(X)
        if found.ndim == 1:
            return np.column_stack([1 - found, found])
        return found / found.sum(axis=1, keepdims=True)  # XGBoost's are rounded to 32 bits

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class of each row."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _learn_classes(self, y: NDArray[Any]) -> int:
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise ValueError(f"all rows are of one class, {self.classes_[0]}")
        self.class_weights_ = np.ones(len(self.classes_))
        if self.class_weight is not None:
            self.class_weights_ = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        return len(self.classes_)

    def _rows(self, X: Any, y: NDArray[Any]) -> Rows:
        # A class that has no training row has no loss either.
        known = np.isin(y, self.classes_)
        if not known.all():
            X = X[known]
        codes = np.searchsorted(self.classes_, y[known])
        return _inputs(X, codes, None if self.class_weight is None else self.class_weights_[codes])


class BoostedRegressor(RegressorMixin, BoostedTrees):
    """Boosted trees for numbers, by the squared error."""

    def predict(self, X: Any) -> Floats:
        """Return a number for each row."""
        return self._outputs(X)


def _inputs(X: Any, y: NDArray[Any] | None = None, weight: Floats | None = None) -> Rows:
    """Make one array of numbers: of a category its code, of a gap NaN."""
    if not isinstance(X, pd.DataFrame):
        return Rows(X=X, categorical=[], y=y, weight=weight)
    categorical = [
        place for place, dtype in enumerate(X.dtypes) if isinstance(dtype, pd.CategoricalDtype)
    ]
    columns = []
    for place in range(X.shape[1]):
        column = X.iloc[:, place]
        codes = column.cat.codes if place in categorical else column
        values = codes.to_numpy(dtype=np.float64, na_value=np.nan)
        columns.append(np.where(values < 0, np.nan, values) if place in categorical else values)
    return Rows(X=np.column_stack(columns), categorical=categorical, y=y, weight=weight)
