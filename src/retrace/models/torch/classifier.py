"""A torch network that tells classes apart, under scikit-learn's estimator contract."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from torch import Tensor

from retrace.models.torch.estimator import TorchEstimator


class TorchClassifier(ClassifierMixin, TorchEstimator):
    """A network that tells classes apart; `TorchEstimator` lists its parameters.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        The labels, in the order of the network's outputs.
    """

    _task = "classification"

    def predict_proba(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Return probabilities of shape (n_samples, n_classes), columns in the order of ``classes_``."""
        return torch.softmax(self._outputs(X), dim=1).numpy()

    def predict(self, X: NDArray[Any]) -> NDArray[np.generic]:
        """Return the most probable class of each row, shape (n_samples,)."""
        codes = self.predict_proba(X).argmax(axis=1)
        return self.classes_[codes]

    def _learn_targets(self, y: NDArray[Any]) -> Tensor:
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        return self._targets(y)

    def _targets(self, y: NDArray[Any]) -> Tensor:
        if not np.isin(y, self.classes_).all():
            raise ValueError("y_val has labels that y has not")
        return torch.from_numpy(np.searchsorted(self.classes_, y))

    @property
    def _n_outputs(self) -> int:
        return len(self.classes_)

    def _class_weight(self, y: NDArray[np.generic]) -> Tensor | None:
        if self.class_weight is None:
            return None
        weights = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        return torch.tensor(weights, dtype=torch.float32, device=self.device)
