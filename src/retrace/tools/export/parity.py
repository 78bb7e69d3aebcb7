"""Whether an exported model says what the model says: asked of every row, one by one and together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.errors import ModelError
from retrace.core.records import Inputs, Predictions
from retrace.models.signature import Signature
from retrace.tools.prediction.predictor import Predictor
from retrace.tools.prediction.session import Feeds, Session, feeds_of

TOLERANCE = 1e-5  # of a probability; of a number, in shares of it or of 1, whichever is larger

TOGETHER = 4096  # rows of a large batch

NAMED = 10

SHARE_OF_GAPS = 0.1

UNSEEN = "\u2203 a value that no training row had"


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows to be asked about, and what they are called where they disagree."""

    called: str
    ids: NDArray[np.generic]
    X: Inputs


@dataclass(frozen=True, kw_only=True)
class Parity:
    """How many rows agreed, and the largest difference of a probability or a number."""

    rows: int
    difference: float


def check_parity(session: Session, predictor: Predictor, parts: list[Rows]) -> Parity:
    """Compare an exported model with the model that it is of.

    Parameters
    ----------
    session : Session
    predictor : Predictor
    parts : list of Rows
        Cleaned. Of a table, they are asked again with gaps and with categories that nobody has seen.

    Raises
    ------
    ModelError
        They disagree; its details name the rows.
    """
    found, largest, n_rows = [], 0.0, 0
    for rows in [*parts, *_harder(parts, predictor.signature)]:
        expected = predictor.answer_clean(rows.X)
        feeds = feeds_of(rows.X)
        n_rows += len(rows.ids)
        for size in (TOGETHER, 1):
            off = _differences(session, feeds, expected, predictor.signature, size)
            largest = max(largest, float(off.max(initial=0)))
            batch = "1" if size == 1 else "many"
            found += [
                f"{rows.called} {rows.ids[row]}, in a batch of {batch}: {_said(off[row])}"
                for row in np.flatnonzero(off > TOLERANCE)
            ]
    if found:
        raise ModelError(
            f"the ONNX file would not say what the model says, in {len(found)} of {2 * n_rows} answers"
            f" (allowed difference: {TOLERANCE:g}): nothing was written",
            details=[
                *found[:NAMED],
                *([f"and {len(found) - NAMED} more"] if len(found) > NAMED else []),
            ],
        )
    return Parity(rows=n_rows, difference=largest)


def _said(off: float) -> str:
    return "another class" if np.isinf(off) else f"off by {off:.2g}"


def _differences(
    session: Session, feeds: Feeds, expected: Predictions, signature: Signature, size: int
) -> NDArray[np.float64]:
    """Return the difference of each row; infinite where the class is another or a number is none."""
    parts = [
        session.answer_feeds(
            {name: values[start : start + size] for name, values in feeds.items()}, signature.classes
        )
        for start in range(0, len(expected.y), size)
    ]
    predicted = np.concatenate([part.predicted for part in parts])
    if not signature.classes:
        off = np.abs(predicted - expected.predicted) / np.maximum(1, np.abs(expected.predicted))
    else:
        probabilities = np.concatenate([part.probabilities for part in parts])
        off = np.abs(probabilities - expected.probabilities).max(axis=1)
        off[predicted != expected.predicted] = np.inf
    return np.where(np.isnan(off), np.inf, off)


def _harder(parts: list[Rows], signature: Signature) -> Iterator[Rows]:
    """Yield the rows of a table with gaps, and with values of categories that nobody has seen."""
    generator = np.random.default_rng(0)
    kinds = dict(signature.columns)
    for rows in parts:
        if not isinstance(rows.X, pd.DataFrame):
            continue
        gaps = generator.random(rows.X.shape) < SHARE_OF_GAPS
        gaps[:1] = True  # a row that says nothing at all
        yield replace(rows, called=f"{rows.called} with gaps,", X=_with_gaps(rows.X, kinds, gaps))
        if "category" in kinds.values():
            X = rows.X.assign(**{name: UNSEEN for name, kind in kinds.items() if kind == "category"})
            yield replace(rows, called=f"{rows.called} with unseen categories,", X=X)


def _with_gaps(X: pd.DataFrame, kinds: Mapping[str, str], gaps: NDArray[np.bool_]) -> pd.DataFrame:
    columns = {}
    for place, (name, kind) in enumerate(kinds.items()):
        column = X[name].astype(np.float64 if kind == "number" else object)
        columns[name] = column.mask(gaps[:, place])
    return pd.DataFrame(columns)


def describe_parity(parity: Parity) -> str:
    """Say it in words."""
    return (
        f"{parity.rows} rows agree, one by one and together; largest difference {parity.difference:.2g}"
    )
