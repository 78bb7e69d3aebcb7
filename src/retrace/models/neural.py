"""The torch models: one function per key of ``models`` in params.yaml; torch is imported when called.

Each serves both tasks: its first argument says which.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Le, Lt
from pydantic import Strict, StrictBool, validate_call
from typing_extensions import TypedDict, Unpack

from retrace.core.checked_yaml import CONFIG
from retrace.core.params import Count, NonNegative, Positive, Train
from retrace.core.records import Task
from retrace.models.classical import Balanced

if TYPE_CHECKING:
    from retrace.models.torch.estimator import TorchEstimator

model = validate_call(config=CONFIG)

Share = Annotated[float, Strict(), Ge(0), Lt(1)]


class Training(TypedDict):
    """The hyperparameters that all networks share; `TorchEstimator` says what they do."""

    epochs: Count
    batch_size: Count
    learning_rate: Positive
    weight_decay: NonNegative
    schedule: Literal["one_cycle", "cosine", "constant"]
    patience: Count | None
    keep: Literal["last", "best"]
    class_weight: Balanced


@model
def mlp(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    hidden: list[Count],
    dropout: Share,
    **training: Unpack[Training],
) -> Any:
    """Fully connected layers; see `retrace.models.torch.networks.mlp`."""
    architecture = {"hidden": hidden, "dropout": dropout}
    options = {
        "network": "mlp",
        "architecture": architecture,
        "shift": 0,
        "augmentation": {},
        **training,
    }
    return _torch_estimator(task, seed, train, options)


@model
def cnn(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    channels: list[Count],
    dropout: Share,
    shift: Annotated[int, Strict(), Ge(0)],
    flip: StrictBool,
    crop: Share,
    rotate: Annotated[float, Strict(), Ge(0), Le(180)],
    colour: Share,
    **training: Unpack[Training],
) -> Any:
    """Convolutions; see `retrace.models.torch.networks.cnn`.

    ``shift`` moves training images by pixels; `retrace.models.torch.augmentation.augment` has the rest.
    """
    options = {
        "network": "cnn",
        "architecture": {"channels": channels, "dropout": dropout},
        "shift": shift,
        "augmentation": {"flip": flip, "crop": crop, "rotate": rotate, "colour": colour},
        **training,
    }
    return _torch_estimator(task, seed, train, options)


def _torch_estimator(task: Task, seed: int, train: Train, options: dict[str, Any]) -> "TorchEstimator":
    from retrace.models.torch.classifier import TorchClassifier
    from retrace.models.torch.regressor import TorchRegressor

    estimator = {"classification": TorchClassifier, "regression": TorchRegressor}[task]
    return estimator(seed=seed, device=train.device, precision=train.precision, **options)
