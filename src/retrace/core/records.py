"""The record that travels between stages in the pickles under cache/."""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Task = Literal["classification", "regression"]
Kind = Literal["tabular", "image", "text", "vectors"]  # vectors: what a frozen network made of a row
TargetScale = Literal["log", "log1p"]  # of the number, or of one more than it
PARTS = ("train", "validation", "test")

Inputs: TypeAlias = pd.DataFrame | NDArray[np.uint8] | NDArray[np.float32] | NDArray[np.object_]
Codes: TypeAlias = NDArray[np.int64]
Targets: TypeAlias = NDArray[Any]  # codes of classes, or numbers
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Column:
    """What a column of a table was taken for.

    Attributes
    ----------
    name : str
    role : str
        ``"feature"``, ``"target"``, ``"id"``, ...; of what `preprocess.steps` changed: ``"input"``, what
        they took and did not leave, and ``"made"``, a feature that they made.
    kind : str
        ``"number"``, ``"category"``, ``"date"``, ...
    gaps, distinct : int
        Rows without a value, and different values; of a long table, of its first 10,000 rows.
    note : str
        What was odd and what became of it; mostly empty.
    """

    name: str
    role: str
    kind: str
    gaps: int
    distinct: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Rows of one dataset, or of one part of it.

    Attributes
    ----------
    name, title : str
        The name under data/ and a title for people.
    task, kind : str
        What is predicted, and from what.
    X : DataFrame or array of shape (n_samples, ...)
        The inputs. A table: (n_samples, n_features). Images: uint8 (n_samples, height, width, channels),
        or, before `preprocess` decodes them, a table of their files. Texts: str objects (n_samples,).
        Vectors: float32 (n_samples, n_features).
    y : int64 or float64 array of shape (n_samples,)
        The labels, as positions in ``classes``; of a regression, the numbers to predict.
    classes : tuple of str
        The names of the classes, in the order of their codes; empty for a regression.
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
    attributes : DataFrame of shape (n_samples, n_attributes) or None
        Columns that are no features, kept for the slices of the report.
    notes : tuple of str
        What the report should say of how the dataset was read: the schema that held, the files skipped.
    columns : tuple of Column
        Of a table: what each of its columns was taken for.
    private : bool
        Whether no page may show what is in a row.
    duplicates : str or None
        What its owner says of exact duplicates: ``"keep"``, ``"drop"`` or ``"together"``.
    target_scale : str or None
        Of a regression: what a model learns in place of the target, whose own unit ``y`` keeps.
    """

    name: str
    title: str
    task: Task
    kind: Kind
    X: Inputs
    y: Targets
    classes: tuple[str, ...]
    ids: NDArray[np.generic]
    row_hash: NDArray[np.uint64]
    ids_are_positions: bool = False
    groups: NDArray[np.generic] | None = None
    times: NDArray[np.generic] | None = None
    fixed_part: NDArray[np.generic] | None = None
    attributes: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    private: bool = False
    duplicates: str | None = None
    target_scale: TargetScale | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.y)

    def take(self, rows: NDArray[np.intp]) -> "Dataset":
        """Return a new Dataset of the given row positions, in that order."""
        per_row = {
            field.name: _rows_of(value, rows)
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), np.ndarray | pd.DataFrame)
        }
        return replace(self, **per_row)


def _rows_of(value: Any, rows: NDArray[np.intp]) -> Any:
    return value.iloc[rows].reset_index(drop=True) if isinstance(value, pd.DataFrame) else value[rows]


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What a model says of one part.

    Attributes
    ----------
    y : int64 or float64 array of shape (n_samples,)
        True codes; of a regression, true values.
    predicted : int64 or float64 array of shape (n_samples,)
        Predicted codes or values.
    probabilities : float64 array of shape (n_samples, n_classes)
        No columns for a regression.
    """

    y: Targets
    predicted: Targets
    probabilities: Floats

    def take(self, rows: NDArray[np.integer] | slice) -> "Predictions":
        """Return what is said of the given row positions, in that order."""
        return Predictions(
            y=self.y[rows], predicted=self.predicted[rows], probabilities=self.probabilities[rows]
        )
