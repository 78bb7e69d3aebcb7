"""The model that answers now: loaded once, replaced as a whole when another one is in its place."""

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from retrace.core.errors import ModelError, RetraceError
from retrace.core.records import Inputs, Predictions
from retrace.tools.prediction.inputs import Read
from retrace.tools.prediction.predictor import Predictor, read_predictor
from retrace.tools.prediction.promise import Promise, promise_of
from retrace.tools.prediction.session import Session
from retrace.tools.prediction.source import Source, find_source, tree_of


@dataclass(frozen=True, kw_only=True)
class Served:
    """A model that is ready, and what was promised of it; ``session`` answers where it was exported."""

    predictor: Predictor
    promise: Promise | None
    session: Session | None = None

    @property
    def source(self) -> Source:
        """Where the model is from."""
        return self.predictor.source

    def answer(self, X: Inputs) -> Predictions:
        """Return what the model says of rows as they were read.

        Raises
        ------
        RetraceError
            The model refuses them.
        """
        if self.session is None:
            return self.predictor.answer(X)
        return self.session.answer(self.predictor.clean(X), self.predictor.signature.classes)


def load_served(name: str | None, onnx: Path | None = None) -> Served:
    """Find and load a model by its name, as `retrace predict` does.

    Raises
    ------
    RetraceError
        There is none, it is damaged, or the ONNX file is of another model.
    """
    source = find_source(name)
    try:
        promise = promise_of(source)
    except RetraceError:  # a model without a report answers all the same
        promise = None
    session = None if onnx is None else _session(onnx, source)
    return Served(predictor=read_predictor(source), promise=promise, session=session)


def _session(path: Path, source: Source) -> Session:
    try:
        session = Session(path.read_bytes(), source.train.threads)
    except OSError as error:
        raise ModelError(f"--onnx: {path} cannot be read: {error.strerror}") from error
    except Exception as error:  # ONNX Runtime's own have no common base
        raise ModelError(f"--onnx: {path} is no ONNX file: {error}") from error
    if session.metadata.get("model_md5") != source.md5:
        raise ModelError(
            f"--onnx: {path} is of another model than '{source.name}': run `retrace export` again"
        )
    return session


class Holder:
    """Holds the model that answers, and looks whether another one has taken its place.

    Parameters
    ----------
    name : str or None
        As of `retrace predict`: a stage such as ``prod``, a version, a branch, a commit, a file.
    onnx : Path or None
        The same model, exported: then it answers, and no other model takes its place.
    """

    def __init__(self, name: str | None, onnx: Path | None = None) -> None:
        self.name, self.onnx = name, onnx
        self.served = load_served(name, onnx)
        self.problem = ""
        self._commit = self._now()
        self._lock = threading.Lock()

    def reload(self) -> bool:
        """Take the model that the name stands for now; the old one answers until it is loaded.

        Returns
        -------
        bool
            Whether it is another one. One that cannot be loaded changes nothing: ``problem`` says why.
        """
        with self._lock:
            try:
                commit = self._now()
                if commit == self._commit or self.onnx is not None:
                    return False
                self.served = load_served(self.name)
            except RetraceError as error:
                self.problem = str(error)
                return False
            self._commit, self.problem = commit, ""
            return True

    def _now(self) -> str:
        return tree_of(self.name).commit if self.name else ""


def answer_together(served: Served, requests: list[list[Read]]) -> list[Predictions | RetraceError]:
    """Ask the model about the rows of several requests at once, and give each its own.

    If it refuses, each is asked about by itself, so that the one to blame is the one that hears of it.
    """
    try:
        predictions = served.answer(stacked([read.X for reads in requests for read in reads]))
    except RetraceError as error:
        if len(requests) == 1:
            return [error]
        return [each for alone in requests for each in answer_together(served, [alone])]
    ends = np.cumsum([sum(len(read.ids) for read in reads) for reads in requests])
    return [
        predictions.take(slice(end - n, end))
        for end, n in zip(ends, np.diff(ends, prepend=0), strict=True)
    ]


def stacked(parts: list[Inputs]) -> Inputs:
    """Return rows of several requests as one: numbers stay numbers, whoever is beside them."""
    if len(parts) == 1:
        return parts[0]
    if not isinstance(parts[0], pd.DataFrame):
        return np.concatenate(parts)
    return pd.DataFrame({name: _stacked_column([part[name] for part in parts]) for name in parts[0]})


def _stacked_column(columns: list[pd.Series]) -> np.ndarray:
    numeric = all(pd.api.types.is_numeric_dtype(column.dtype) for column in columns)
    kind = np.float64 if numeric else object
    return np.concatenate([column.to_numpy(dtype=kind, na_value=np.nan) for column in columns])
