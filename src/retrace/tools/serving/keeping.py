"""The rows that were asked about, where somebody wants them kept: a CSV that `retrace drift` reads."""

import csv
import threading
from pathlib import Path

import pandas as pd

from retrace.core.errors import RetraceError
from retrace.tools.serving.answering import Answer


class Keeper:
    """Appends rows of a table to a file, with what the model said of them.

    Raises
    ------
    RetraceError
        The file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            self._file = path.open("a", newline="", encoding="utf-8")
        except OSError as error:
            raise RetraceError(f"--keep: {path} cannot be written: {error.strerror}") from error

    def keep(self, answer: Answer) -> None:
        """Write the rows of an answer; of photos and texts nothing is kept."""
        rows = [read.X for read in answer.reads if isinstance(read.X, pd.DataFrame)]
        if not rows:
            return
        with self._lock:
            writer = csv.writer(self._file, lineterminator="\n")
            if not self._file.tell():
                writer.writerow([*rows[0].columns, "predicted"])
            predicted = (row["predicted"] for row in answer.content["rows"])
            for X in rows:
                for values in X.itertuples(index=False):
                    writer.writerow(
                        ["" if pd.isna(value) else value for value in values] + [next(predicted)]
                    )
            self._file.flush()
