"""All rows of an input at once, as the model takes them; and their labels where it has some."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.errors import DataError, first_few
from retrace.core.spelling import spelled
from retrace.readers.shared.table_description import Description
from retrace.tools.prediction.inputs.pieces import csv_pieces, parquet_pieces
from retrace.tools.prediction.inputs.tables import PLAIN, is_table
from retrace.tools.prediction.predictor import Predictor
from retrace.tools.prediction.stream import READERS, chunks_of, listed, refusal

PIECE = 2**16


@dataclass(frozen=True)
class Asked:
    """The rows of an input: what names them, and what they hold."""

    ids: list[Any]
    X: Any


def read_input(predictor: Predictor, where: str, spool: Path) -> Asked:
    """Read all rows of an input.

    Raises
    ------
    RetraceError
        It has not what the model takes, or rows cannot be read.
    """
    kind, chunks = chunks_of(predictor, where, skip=False, spool=spool)
    reads = [READERS[kind](chunk, predictor) for chunk in chunks]
    problems = [problem for read in reads for problem in read.problems]
    if problems:
        raise DataError(refusal(where, problems, can_skip=False), details=listed(problems))
    ids = [each for read in reads for each in read.ids]
    if not ids:
        raise DataError(f"{where} has no rows")
    parts = [read.X for read in reads]
    tables = isinstance(parts[0], pd.DataFrame)
    return Asked(ids, pd.concat(parts, ignore_index=True) if tables else np.concatenate(parts))


def read_labels(predictor: Predictor, where: str, ids: list[Any]) -> NDArray[Any]:
    """Return the label of each row: codes of the model's classes, or numbers.

    Of a table they are in the column of the target, ``target`` where the model's own data came with a
    library; of files in the name of the first folder.

    Raises
    ------
    DataError
        There are none, or some are none of the model's classes.
    """
    if is_table(where, predictor):
        own = predictor.source.description
        texts = _target(where, own) if isinstance(own, Description) else _target(where, PLAIN, "target")
    else:
        texts = [str(each).partition("/")[0] for each in ids]
    classes = predictor.signature.classes
    if not classes:
        numbers = pd.to_numeric(pd.Series(texts), errors="coerce").to_numpy(np.float64)
        if wrong := np.flatnonzero(~np.isfinite(numbers)).tolist():
            raise DataError(
                f"{where}: row {wrong[0] + 1} has no number as its target: {texts[wrong[0]]!r}"
            )
        return numbers
    codes = {name: code for code, name in enumerate(classes)}
    if unknown := sorted({text for text in texts if text not in codes}):
        raise DataError(
            f"{where} has labels that are no classes of the model: {first_few(unknown)}; allowed:"
            f" {first_few(list(classes), 20)}"
        )
    return np.array([codes[text] for text in texts], dtype=np.int64)


def _target(where: str, description: Description, target: str = "") -> list[str]:
    target = target or description.target

    def choose(columns: list[str]) -> list[str]:
        if target not in columns:
            raise DataError(
                f"{where} lacks the column of the labels, '{target}'; it has: {first_few(columns)}"
            )
        return [target]

    if where.endswith(".parquet"):
        pieces = parquet_pieces(where, description, PIECE, choose)
    else:
        pieces = csv_pieces(where, description, PIECE, choose, texts=[target], skip=False)
    return [spelled(str(value)) for _, table, _ in pieces for value in table[target]]
