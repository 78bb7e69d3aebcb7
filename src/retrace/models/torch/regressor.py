"""A torch network that predicts a number, under scikit-learn's estimator contract."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from torch import Tensor

from retrace.models.torch.estimator import TorchEstimator


class TorchRegressor(RegressorMixin, TorchEstimator):
    """A network that predicts a number; `TorchEstimator` lists its parameters.

    Attributes
    ----------
    target_mean_, target_scale_ : float
        Of the training targets. The network learns standardised ones, so a loss in the history is a
        share of the targets' variance.
    """

    _task = "regression"

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:
        """Return the predicted number of each row, shape (n_samples,)."""
        return self._outputs(X).squeeze(1).numpy() * self.target_scale_ + self.target_mean_

    def _learn_targets(self, y: NDArray[Any]) -> Tensor:
        self.target_mean_ = float(np.mean(y))
        self.target_scale_ = float(np.std(y)) or 1.0
        return self._targets(y)

    def _targets(self, y: NDArray[Any]) -> Tensor:
        standardised = (np.asarray(y, np.float64) - self.target_mean_) / self.target_scale_
        return torch.from_numpy(standardised.astype(np.float32))

    @property
    def _n_outputs(self) -> int:
        return 1
