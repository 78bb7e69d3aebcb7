"""What a torch network needs to keep scikit-learn's estimator contract, whatever it predicts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Self
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor, nn
from torch.utils import deterministic

from retrace.core.fingerprint import check_promise
from retrace.core.records import Floats, Task
from retrace.core.seeding import available_device
from retrace.models.torch.networks import NETWORKS, Normalise, channel_statistics
from retrace.models.torch.training import Callback, TrainingOptions, predict_outputs, train_network

# The network of each estimator that has predicted, with the weights and the device it was built for.
# Beside the estimator: in its attributes it would be pickled, and scikit-learn's contract forbids
# `predict` to change any.
READY: "WeakKeyDictionary[TorchEstimator, tuple[Any, str, nn.Module]]" = WeakKeyDictionary()

ACCEPTED: dict[str, Any] = {"dtype": [np.float32, np.uint8], "allow_nd": True}


class TorchEstimator(BaseEstimator):
    """Train a network by gradient descent and keep its last or its best epoch.

    Parameters
    ----------
    network : str
        A key of `retrace.models.torch.networks.NETWORKS`.
    architecture : dict
        Keyword arguments of that network.
    epochs, batch_size : int
        How often all rows are seen, and how many at once at most.
    learning_rate, weight_decay : float
        Of AdamW; ``learning_rate`` is the peak of the schedule.
    schedule : {"one_cycle", "cosine", "constant"}
        How the learning rate goes from step to step.
    patience : int or None
        Stop after so many epochs without a lower validation loss.
    keep : {"last", "best"}
        Weights of the last epoch, or of the one with the lowest validation loss.
    class_weight : {"balanced"} or None
        Weigh the loss by the inverse frequency of each class; None for a regressor.
    shift : int
        Move training images by up to so many pixels, anew in each epoch.
    augmentation : dict
        Arguments of `retrace.models.torch.augmentation.augment`; empty where inputs are no images.
    device : {"cpu", "cuda"}
        Where it is trained; it predicts on the CPU where there is no GPU.
    precision : {"float32", "bfloat16"}
        Of the products in training; with ``"bfloat16"`` weights and sums stay float32 (mixed precision).
    seed : int
        Of the first weights, the order of the rows, dropout and augmentation.

    Attributes
    ----------
    n_features_in_ : int
        Length of the second axis of ``X``.
    input_shape_ : tuple of int
        Shape of one row as the network takes it: images with their channels first.
    weights_ : dict of str to array
        As NumPy arrays, which pickle to the same bytes every time; the keys of torch's are addresses.
    history_ : list of dict
        One entry per epoch: loss and accuracy on training and validation rows, learning rate.
    best_epoch_ : int
        The epoch with the lowest validation loss, counted from 1.
    """

    # scikit-learn's metadata routing: a Pipeline passes these on to `fit`.
    __metadata_request__fit: ClassVar = {"X_val": True, "y_val": True, "callbacks": True}

    _task: ClassVar[Task]

    def __init__(
        self,
        *,
        network: str,
        architecture: dict[str, Any],
        epochs: int,
        batch_size: int,
        learning_rate: float,
        weight_decay: float,
        schedule: str,
        patience: int | None,
        keep: str,
        class_weight: str | None,
        shift: int,
        augmentation: dict[str, Any],
        device: str,
        precision: str,
        seed: int,
    ) -> None:
        self.network = network
        self.architecture = architecture
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.schedule = schedule
        self.patience = patience
        self.keep = keep
        self.class_weight = class_weight
        self.shift = shift
        self.augmentation = augmentation
        self.device = device
        self.precision = precision
        self.seed = seed

    def fit(
        self,
        X: NDArray[Any],
        y: NDArray[Any],
        X_val: NDArray[Any] | None = None,
        y_val: NDArray[Any] | None = None,
        callbacks: Sequence[Callback] = (),
    ) -> Self:
        """Train on ``X`` and ``y``; the best epoch is that of ``X_val`` and ``y_val`` where given.

        Parameters
        ----------
        X, X_val : array of shape (n_samples, n_features) or (n_samples, height, width, channels)
            Rows of a table, or images.
        y, y_val : array of shape (n_samples,)
            Labels, or numbers to predict.
        callbacks : sequence of Callback
            What watches the training: a progress bar, a checkpoint. They change no result.

        Returns
        -------
        self
            Fitted.

        Raises
        ------
        ModelError
            ``device`` is ``"cuda"`` and there is none.
        """
        X, y = validate_data(self, X, y, **ACCEPTED, y_numeric=self._task == "regression")
        targets = self._learn_targets(y)
        self.input_shape_ = (X.shape[-1], *X.shape[1:-1])
        device = available_device(self.device)
        with _repeatable(self.seed):
            network = self._build_network(*channel_statistics(X)).to(device)
            validation = None
            if X_val is not None and y_val is not None:
                X_val = validate_data(self, X_val, **ACCEPTED, reset=False)
                validation = (_inputs(X_val, device), self._targets(y_val).to(device))
            training = (_inputs(X, device), targets.to(device))
            state = train_network(network, training, validation, self._options(y), callbacks)
        self.weights_ = {name: w.cpu().numpy().copy() for name, w in state.kept_weights.items()}
        self.history_ = state.history
        self.best_epoch_ = state.best_epoch
        return self

    def _learn_targets(self, y: NDArray[Any]) -> Tensor:
        """Learn from ``y`` how targets are told to the network, and tell it."""
        raise NotImplementedError

    def _targets(self, y: NDArray[Any]) -> Tensor:
        raise NotImplementedError

    @property
    def _n_outputs(self) -> int:
        raise NotImplementedError

    def _outputs(self, X: NDArray[Any]) -> Tensor:
        """Return the network's outputs as float64 on the CPU, shape (n_samples, n_outputs)."""
        check_is_fitted(self)
        X = validate_data(self, X, **ACCEPTED, reset=False)
        # A model that was trained on a GPU predicts on the CPU where there is none.
        device = self.device if torch.cuda.is_available() else "cpu"
        with _repeatable(self.seed):
            network = self._ready_network(device)
            return predict_outputs(network, _inputs(X, device)).double().cpu()

    def _ready_network(self, device: str) -> nn.Module:
        """Return the fitted network, built once: that takes ten times as long as to predict a row."""
        weights, built_for, network = READY.get(self, (None, "", None))
        if network is None or weights is not self.weights_ or built_for != device:
            n_channels = self.input_shape_[0]
            network = self._build_network(np.zeros(n_channels), np.ones(n_channels))
            network.load_state_dict(
                {name: torch.from_numpy(np.array(value)) for name, value in self.weights_.items()}
            )
            READY[self] = self.weights_, device, network.to(device)
        return network

    def _build_network(self, mean: Floats, scale: Floats) -> nn.Module:
        network = NETWORKS[self.network](self.input_shape_, self._n_outputs, **self.architecture)
        if len(self.input_shape_) == 1:  # a table, which the Pipeline has scaled
            return network
        statistics = (torch.tensor(values, dtype=torch.float32) for values in (mean, scale))
        layers = nn.Sequential(Normalise(*statistics), network)
        return layers.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _options(self, y: NDArray[np.generic]) -> TrainingOptions:
        return TrainingOptions(
            task=self._task,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            schedule=self.schedule,
            patience=self.patience,
            keep=self.keep,
            class_weight=self._class_weight(y),
            shift=self.shift,
            augmentation=self.augmentation,
            precision=self.precision,
            seed=self.seed,
        )

    def _class_weight(self, y: NDArray[np.generic]) -> Tensor | None:
        return None


def _inputs(X: NDArray[np.generic], device: str) -> Tensor:
    if X.ndim == 2:
        return torch.from_numpy(X.astype(np.float32)).to(device)
    # Images stay channels-last in memory, as torch's convolutions like them best: a fifth less time.
    return torch.from_numpy(np.ascontiguousarray(X)).to(device).movedim(-1, 1)


@contextmanager
def _repeatable(seed: int) -> Iterator[None]:
    """Seed torch and refuse operations that do not repeat; put back what was set before."""
    check_promise()  # again, as torch may be loaded only now
    # `torch.use_deterministic_algorithms` says the same, but imports torch's compiler: two seconds.
    before = torch.get_deterministic_debug_mode(), torch.backends.cudnn.benchmark
    memory: Any = deterministic  # whose attribute is a property, which type checkers do not see
    filled = memory.fill_uninitialized_memory
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        torch.set_deterministic_debug_mode("error")
        torch.backends.cudnn.benchmark = False
        # Else each new tensor is filled with NaN first: a few percent of a small network's time.
        memory.fill_uninitialized_memory = False
        try:
            yield
        finally:
            torch.set_deterministic_debug_mode(before[0])
            torch.backends.cudnn.benchmark = before[1]
            memory.fill_uninitialized_memory = filled
