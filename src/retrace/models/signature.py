"""What a fitted model takes and gives: kept in it, so that a file of a model says how it is used."""

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from sklearn.pipeline import Pipeline

from retrace.core.errors import ModelError
from retrace.core.records import Dataset, Kind, Task

NamedKind = tuple[str, Literal["number", "category"]]


@dataclass(frozen=True, kw_only=True)
class Signature:
    """The inputs that a model was fitted to, and its answers.

    Attributes
    ----------
    classes : tuple of str
        The names of the classes in the order of their codes; empty for a regression.
    shape : tuple of int
        Of one row: ``(height, width, channels)`` of an image, ``(n_features,)`` of a table or a vector,
        empty of a text.
    columns : tuple of (name, kind)
        Of a table, in their order.
    """

    task: Task
    kind: Kind
    classes: tuple[str, ...]
    shape: tuple[int, ...]
    columns: tuple[NamedKind, ...] = ()

    @property
    def asked(self) -> tuple[NamedKind, ...]:
        """Of a table, the columns that a new row must have."""
        return self.columns


@dataclass(frozen=True, kw_only=True)
class SteppedSignature(Signature):
    """The signature of a model whose table had other columns before `preprocess.steps`: ``before``."""

    before: tuple[NamedKind, ...]

    @property
    def asked(self) -> tuple[NamedKind, ...]:
        """The columns that a new row must have: the steps make the model's own of them."""
        return self.before


def sign(model: Pipeline, training: Dataset) -> None:
    """Write into a model what it was fitted to."""
    found: dict[str, Any] = {
        "task": training.task,
        "kind": training.kind,
        "classes": training.classes,
        "shape": training.X.shape[1:],
        "columns": _columns(training.X) if isinstance(training.X, pd.DataFrame) else (),
    }
    stepped = any(column.role in {"input", "made"} for column in training.columns)
    model.signature_ = (
        SteppedSignature(**found, before=_before(training)) if stepped else Signature(**found)
    )


def signature_of(model: Pipeline) -> Signature:
    """Return what a model was fitted to.

    Raises
    ------
    ModelError
        An older version of this project made the model.
    """
    found = getattr(model, "signature_", None)
    if not isinstance(found, Signature):
        raise ModelError("the model does not say what it takes: fit it again, `retrace repro`")
    return found


def _before(training: Dataset) -> tuple[NamedKind, ...]:
    return tuple(
        (column.name, "category" if column.kind in {"category", "text"} else "number")
        for column in training.columns
        if column.role in {"feature", "input"}
    )


def _columns(X: pd.DataFrame) -> tuple[NamedKind, ...]:
    return tuple(
        (name, "number" if pd.api.types.is_numeric_dtype(dtype) else "category")
        for name, dtype in X.dtypes.items()
    )
