"""Small outputs of a run, read from DVC's cache or the workspace: nothing where they are not at hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrace.core.artifacts import DATA_CHECKS, ENVIRONMENT, HISTORY
from retrace.core.errors import ComparisonError
from retrace.tools.repository.predictions import PredictedRows, read_rows
from retrace.tools.repository.sides import Side, output_path, predictions_path


def environment(side: Side | None) -> dict[str, Any]:
    """Return what ``cache/environment.json`` of a run says: its model, versions and hardware."""
    return _json(side, ENVIRONMENT)


def data_warnings(side: Side | None) -> list[str] | None:
    """Return the warnings on the data, or None where they are not at hand."""
    found = _json(side, DATA_CHECKS).get("warnings")
    return [str(each) for each in found] if isinstance(found, list) else None


def history(side: Side | None) -> pd.DataFrame:
    """Return the training history: no rows where there is none."""
    path = side and output_path(side.lock, HISTORY)
    try:
        table = pd.read_csv(path) if path else pd.DataFrame()
        return table.select_dtypes(np.number) if "epoch" in table else pd.DataFrame()
    except (OSError, ValueError):  # of pandas too: a file without a header, or with half a line
        return pd.DataFrame()


def test_rows(side: Side) -> PredictedRows | None:
    """Return what a run says of its test part."""
    try:
        return read_rows(predictions_path(side), side.name)
    except ComparisonError:
        return None


def _json(side: Side | None, path: Path) -> dict[str, Any]:
    found = side and output_path(side.lock, path)
    try:
        values = json.loads(found.read_bytes()) if found else {}
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
