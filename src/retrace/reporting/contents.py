"""What stands in a row, in a few words, so that a mistake can be understood where it is listed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from retrace.core.records import Dataset
from retrace.evaluation.intervals import number_text

LONGEST = 160  # characters
MOST_COLUMNS = 12


def row_contents(dataset: Dataset, rows: Sequence[int] | np.ndarray[Any, Any]) -> list[str]:
    """Describe rows by their columns or the beginning of their text.

    Returns
    -------
    list of str
        One for each row; empty ones for images, for vectors and for data that call themselves private.
    """
    table = dataset.X
    if dataset.private or dataset.kind not in ("tabular", "text"):
        return [""] * len(rows)
    if isinstance(table, pd.DataFrame):
        columns = list(table.columns[:MOST_COLUMNS])
        more = ", …" if table.shape[1] > MOST_COLUMNS else ""
        described = [
            ", ".join(f"{name} {_shown(value)}" for name, value in zip(columns, values, strict=True))
            + more
            for values in table[columns].iloc[list(rows)].itertuples(index=False)
        ]
        return [_capped(text) for text in described]
    if table.dtype == object:
        return [_capped(" ".join(str(table[row])[: 4 * LONGEST].split())) for row in rows]
    return [""] * len(rows)


def _shown(value: Any) -> str:
    if pd.isna(value):
        return "—"
    if isinstance(value, float | np.floating):
        number = float(value)
        return f"{number:.4g}" if abs(number) < 10_000 else number_text(number)
    return str(value)


def _capped(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
