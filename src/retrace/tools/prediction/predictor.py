"""A model that is ready to answer: rows in, what it says of each out."""

import functools
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from retrace.cleaning.cleaners import CLEANERS, take_steps
from retrace.cleaning.embedding import Backbone, load_backbone
from retrace.cleaning.own import Step, steps_of
from retrace.cleaning.steps import is_number
from retrace.core.checked_yaml import checked
from retrace.core.errors import ArtifactError, DataError
from retrace.core.instructions import instructions_in_effect
from retrace.core.own_code import load
from retrace.core.params import Train
from retrace.core.records import Dataset, Inputs, Predictions
from retrace.core.seeding import pin
from retrace.models.fitting import predict
from retrace.models.registry import OWN
from retrace.models.signature import Signature, signature_of
from retrace.tools.prediction.source import Source

LOADED: "dict[tuple[str, str], Predictor]" = {}


@dataclass(frozen=True)
class Predictor:
    """A loaded model, and the frozen network before it where there is one."""

    source: Source
    model: Pipeline
    signature: Signature
    backbone: Backbone | None

    @property
    def kind(self) -> str:
        """What a row is: a table's, an image, a text."""
        return self.source.description.kind

    @property
    def columns(self) -> dict[str, str]:
        """Of a table, what a row must have, and whether each is a number or a category."""
        return dict(self.signature.asked)

    @functools.cached_property
    def steps(self) -> tuple[Step, ...]:
        """The project's own steps, as src/cleaners.py had them when they were first asked for."""
        return steps_of(self.source.preprocess, self.source.description.kind)

    @functools.cached_property
    def known(self) -> dict[str, frozenset[str]]:
        """Of a table, the values of each category that the training rows had."""
        encode = self.model.named_steps.get("encode")
        if encode is None or "categories" not in encode.named_transformers_:
            return {}
        names = next(columns for name, _, columns in encode.transformers_ if name == "categories")
        if not len(names):
            return {}
        levels = encode.named_transformers_["categories"].categories_
        return {name: frozenset(map(str, each)) for name, each in zip(names, levels, strict=True)}

    def clean(self, X: Any) -> Inputs:
        """Do to raw rows what `preprocess` did to those of training; images come as pixels."""
        if self.kind != "image" and not _is_clean(X):
            X = CLEANERS[self.kind](X, getattr(self.source.preprocess, self.kind))
        if self.steps:
            made = take_steps(X, self.steps, self.source.preprocess)
            X = _as_fitted(made, self.signature) if isinstance(made, pd.DataFrame) else made
        return X if self.backbone is None else self.backbone.vectors(X, lambda rows: None)

    def answer(self, X: Any) -> Predictions:
        """Return what the model says of each row.

        Parameters
        ----------
        X : DataFrame, uint8 array of images or object array of texts
            As `retrace.tools.prediction.inputs` reads them.

        Raises
        ------
        ModelError
            The model refuses them.
        """
        return self.answer_clean(self.clean(X))

    def answer_clean(self, X: Inputs) -> Predictions:
        """Return what the model says of rows as the run's own parts hold them."""
        return predict(self.model, unlabelled(X, self.signature))


def load_predictor(source: Source) -> Predictor:
    """Load a model; once in a process.

    Raises
    ------
    RetraceError
        Its file is damaged or from another version, or its frozen network cannot be had.
    """
    key = source.md5, source.lock
    if key not in LOADED:
        LOADED[key] = read_predictor(source)
    return LOADED[key]


def read_predictor(source: Source) -> Predictor:
    """Load a model anew; see `load_predictor`."""
    train = _on_this_machine(source.train, source.description.kind)
    pin(seed=0, threads=train.threads, instructions=train.instructions)
    load("models", OWN)  # its classes may be those of src/models.py
    try:
        model = joblib.load(source.path)
    except MemoryError:
        raise
    except Exception as error:  # a damaged pickle can raise anything
        raise ArtifactError(
            f"the model of '{source.name}' cannot be loaded ({type(error).__name__}: {error}): it is"
            " damaged, or needs the versions in its requirements.txt"
        ) from error
    predictor = Predictor(
        source=source,
        model=model,
        signature=signature_of(model),
        backbone=load_backbone(source.description.kind, source.preprocess, train),
    )
    _ = predictor.steps  # now, not at the first row: they stay as they are however long it answers
    return predictor


def _on_this_machine(train: Train, kind: str) -> Train:
    """Let a model answer where there is no GPU, and with the instructions that this process has."""
    here: dict[str, str] = {"instructions": instructions_in_effect() or train.instructions}
    if train.device == "cuda" and kind != "tabular":
        import torch

        here["device"] = "cuda" if torch.cuda.is_available() else "cpu"
    return checked(Train, vars(train) | here, "train")


def _is_clean(X: Any) -> bool:
    """Tell whether a table is all numbers and none infinite: cleaning would copy it for nothing."""
    if not isinstance(X, pd.DataFrame) or any(dtype != np.float64 for dtype in X.dtypes):
        return False
    return not np.isinf(X.to_numpy()).any()


def _as_fitted(X: pd.DataFrame, signature: Signature) -> pd.DataFrame:
    """Return the columns that the model was fitted to; one of nothing but gaps may be of either kind."""
    columns = {}
    for name, kind in signature.columns:
        if name not in X:
            raise DataError(
                f"src/cleaners.py makes no column '{name}' of these rows, as it did in training"
            )
        column = X[name]
        if column.isna().all():
            column = column.astype(np.float64 if kind == "number" else object)
        if is_number(column) != (kind == "number"):
            raise DataError(f"src/cleaners.py makes no {kind} of '{name}' here, as it did in training")
        columns[name] = column
    return pd.DataFrame(columns, copy=False)


def unlabelled(X: Inputs, signature: Signature) -> Dataset:
    """Return cleaned rows as the record that a model is asked with."""
    n = len(X)
    return Dataset(
        name="",
        title="",
        task=signature.task,
        kind=signature.kind,
        X=X,
        y=np.zeros(n, np.int64),
        classes=signature.classes,
        ids=np.arange(n),
        row_hash=np.zeros(n, np.uint64),
    )


def named(predictions: Predictions, classes: tuple[str, ...]) -> pd.DataFrame:
    """Return predictions as a table, in the words of report/predictions.csv."""
    if not classes:
        return pd.DataFrame({"predicted": predictions.predicted})
    names: NDArray[np.object_] = np.array(classes, dtype=object)
    columns = {f"p_{name}": predictions.probabilities[:, code] for code, name in enumerate(classes)}
    return pd.DataFrame({"predicted": names[predictions.predicted], **columns})
