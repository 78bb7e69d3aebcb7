"""An exported model that answers, through ONNX Runtime."""

from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from numpy.typing import NDArray

from retrace.core.records import Inputs, Predictions

GAP = ""

Feeds = dict[str, NDArray[Any]]  # each input by name, a row for each row


class Session:
    """A loaded ONNX file.

    Parameters
    ----------
    content : bytes
        Of the file.
    threads : int
        Of ONNX Runtime.
    """

    def __init__(self, content: bytes, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        options.log_severity_level = 3  # it warns of constants that it folds
        self._session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )
        self.metadata = dict(self._session.get_modelmeta().custom_metadata_map)
        self.outputs = [output.name for output in self._session.get_outputs()]

    def ask(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return each output by name."""
        return dict(zip(self.outputs, self._session.run(None, feeds), strict=True))

    def answer(self, X: Inputs, classes: tuple[str, ...]) -> Predictions:
        """Return what the model says of cleaned rows, as `retrace.models.fitting.predict` does."""
        return self.answer_feeds(feeds_of(X), classes)

    def answer_feeds(self, feeds: Feeds, classes: tuple[str, ...]) -> Predictions:
        """Return what the model says of rows that `feeds_of` made ready."""
        outputs = self.ask(feeds)
        n = len(outputs["predicted"])
        y = np.zeros(n, np.int64)
        if not classes:
            predicted = outputs["predicted"].astype(np.float64)
            return Predictions(y=y, predicted=predicted, probabilities=np.empty((n, 0)))
        codes = {name: code for code, name in enumerate(classes)}
        predicted = np.array([codes[name] for name in outputs["predicted"]], dtype=np.int64)
        probabilities = outputs["probabilities"].astype(np.float64)
        return Predictions(y=y, predicted=predicted, probabilities=probabilities)


def feeds_of(X: Inputs) -> Feeds:
    """Return cleaned rows as an exported model takes them.

    Parameters
    ----------
    X : DataFrame, or uint8 array of shape (n_samples, height, width, channels)
        Of a table each column becomes an input of shape (n_samples, 1): float64 with NaN for a gap, or
        text with an empty one for it.
    """
    if not isinstance(X, pd.DataFrame):
        return {"images": np.asarray(X, dtype=np.uint8)}
    return {str(name): _column(column)[:, None] for name, column in X.items()}


def _column(column: pd.Series) -> NDArray[Any]:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    return column.astype(object).where(column.notna(), GAP).map(str).to_numpy(dtype=object)
