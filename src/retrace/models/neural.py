"""The torch models: one function per key of ``models`` in params.yaml; torch is imported when called."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Lt
from pydantic import Strict, validate_call
from typing_extensions import TypedDict, Unpack

from retrace.models.classical import Balanced
from retrace.params import Count, NonNegative, Positive, Train
from retrace.settings import CONFIG

if TYPE_CHECKING:
    from retrace.models.torch_classifier import TorchClassifier

model = validate_call(config=CONFIG)

Share = Annotated[float, Strict(), Ge(0), Lt(1)]


class Training(TypedDict):
    """The hyperparameters that all networks share; `TorchClassifier` says what they do."""

    epochs: Count
    batch_size: Count
    learning_rate: Positive
    weight_decay: NonNegative
    schedule: Literal["one_cycle", "cosine", "constant"]
    patience: Count | None
    class_weight: Balanced


@model
def mlp(
    seed: int,
    train: Train,
    /,
    *,
    hidden: list[Count],
    dropout: Share,
    **training: Unpack[Training],
) -> Any:
    """Fully connected layers; see `retrace.models.networks.mlp`."""
    architecture = {"hidden": hidden, "dropout": dropout}
    return _torch_classifier(seed, train, network="mlp", architecture=architecture, shift=0, **training)


@model
def cnn(
    seed: int,
    train: Train,
    /,
    *,
    channels: list[Count],
    dropout: Share,
    shift: Annotated[int, Strict(), Ge(0)],
    **training: Unpack[Training],
) -> Any:
    """Convolutions; see `retrace.models.networks.cnn`. ``shift`` moves training images by pixels."""
    architecture = {"channels": channels, "dropout": dropout}
    return _torch_classifier(
        seed, train, network="cnn", architecture=architecture, shift=shift, **training
    )


def _torch_classifier(seed: int, train: Train, **options: Any) -> "TorchClassifier":
    from retrace.models.torch_classifier import TorchClassifier

    return TorchClassifier(seed=seed, device=train.device, precision=train.precision, **options)
