"""The record that travels between stages in the pickles under cache/."""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Task = Literal["classification"]
Kind = Literal["tabular", "image"]
PARTS = ("train", "validation", "test")

Inputs: TypeAlias = pd.DataFrame | NDArray[np.uint8]
Codes: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Rows of one dataset, or of one part of it.

    Attributes
    ----------
    name, title : str
        The name under data/ and a title for people.
    task, kind : str
        What is predicted, and from what.
    X : DataFrame of shape (n_samples, n_features), or uint8 array (n_samples, height, width, channels)
        The inputs: a table, or images.
    y : int64 array of shape (n_samples,)
        The labels, as positions in ``classes``.
    classes : tuple of str
        The names of the classes, in the order of their codes.
    ids : array of shape (n_samples,)
        What names a row for people and for the ``hash`` split.
    row_hash : uint64 array of shape (n_samples,)
        A hash of the raw row, its label included; id, group and part left out: equal for exact
        duplicates.
    ids_are_positions : bool
        Whether the rows have no id of their own, so that another order of the file gives other ids.
    groups, times, fixed_part : array of shape (n_samples,) or None
        Where the dataset declares them: the unit a row belongs to, its time, and the part it must
        go to (``"train"``, ``"validation"`` or ``"test"``).
    """

    name: str
    title: str
    task: Task
    kind: Kind
    X: Inputs
    y: Codes
    classes: tuple[str, ...]
    ids: NDArray[np.generic]
    row_hash: NDArray[np.uint64]
    ids_are_positions: bool = False
    groups: NDArray[np.generic] | None = None
    times: NDArray[np.generic] | None = None
    fixed_part: NDArray[np.generic] | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.y)

    def take(self, rows: NDArray[np.intp]) -> "Dataset":
        """Return a new Dataset of the given row positions, in that order."""
        X: Inputs
        if isinstance(self.X, pd.DataFrame):
            X = self.X.iloc[rows].reset_index(drop=True)
        else:
            X = self.X[rows]
        per_row: dict[str, Any] = {
            field.name: value[rows]
            for field in fields(self)
            if field.name != "X" and isinstance(value := getattr(self, field.name), np.ndarray)
        }
        return replace(self, X=X, **per_row)


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What a model says of one part.

    Attributes
    ----------
    y : int64 array of shape (n_samples,)
        True codes.
    predicted : int64 array of shape (n_samples,)
        Predicted codes.
    probabilities : float64 array of shape (n_samples, n_classes)
    """

    y: Codes
    predicted: Codes
    probabilities: Floats
