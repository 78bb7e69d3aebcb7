"""Metrics for each value of a column: whom or what a model serves less well."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.errors import ParamsError, did_you_mean
from retrace.core.records import Dataset
from retrace.evaluation.bootstrap import score_intervals
from retrace.evaluation.intervals import interval_text, number_text
from retrace.evaluation.metrics import metric_names, scores
from retrace.reporting.results import Results

MOST_VALUES = 20  # of a column; the rest shares a row
FEWEST_OF_VALUE = 5  # rows; a rarer value goes to the rest
MOST_NUMBERS = 10  # distinct ones; more are cut into quarters
FEW_ROWS = 30

SHOWN = {"classification": ("accuracy", "f1_macro"), "regression": metric_names("regression")}


def slice_tables(results: Results) -> list[dict[str, Any]]:
    """Compute the metrics of the test rows for each value of the columns that ``report.slices`` names.

    Returns
    -------
    list of dict
        For each column its ``name``, the names of the ``metrics``, and ``rows`` of a ``value``, a number
        of rows and a cell for each metric.

    Raises
    ------
    ParamsError
        A name is none of the dataset's columns.
    """
    return [_table(results, name) for name in results.params.report.slices]


def _table(results: Results, name: str) -> dict[str, Any]:
    settings = results.params
    shown = list(dict.fromkeys([settings.metric, *SHOWN[results.dataset.task]]))
    # Of one group alone nothing is left to resample but its rows.
    by_group = name == "group" and results.units.kind == "group"
    rows = []
    for value, inside in values_of(_column(results.dataset, name)):
        part = results.test.take(inside)
        values = scores(part, [settings.metric])
        units = None if by_group else results.units.take(inside)
        intervals = score_intervals(part, settings.report, units, [settings.metric])
        cells = [
            f"{number_text(values[metric])} ({interval_text(intervals[metric])})" for metric in shown
        ]
        few = " (few)" if len(inside) < FEW_ROWS else ""
        rows.append({"value": value, "n": f"{len(inside)}{few}", "cells": cells})
    return {"name": name, "metrics": shown, "rows": rows}


def _column(dataset: Dataset, name: str) -> pd.Series:
    columns = {str(column): values for column, values in _columns(dataset)}
    if name not in columns:
        allowed = ", ".join(columns) or f"nothing, as {dataset.kind} data have no columns"
        raise ParamsError(
            f"params.yaml: report.slices: got '{name}'{did_you_mean(name, columns)}; allowed: {allowed};"
            f" `attributes: [{name}]` in data/{dataset.name}.yaml keeps a column that is no feature"
        )
    return columns[name]


def _columns(dataset: Dataset) -> Iterator[tuple[str, pd.Series]]:
    if dataset.groups is not None:
        yield "group", pd.Series(dataset.groups)
    for table in (dataset.X, dataset.attributes):
        if isinstance(table, pd.DataFrame):
            yield from table.items()


def values_of(column: pd.Series) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Go through the values of a column and the positions of the rows that have them.

    What is beyond the 20 most frequent values, or in fewer than 5 rows, comes together; more than ten
    distinct numbers are cut into quarters of equally many rows. Infinite ones and gaps come last.
    """
    missing = column.isna().to_numpy()
    infinite = np.zeros(len(column), dtype=bool)
    if column.dtype.kind == "f":  # between infinity and a number no quarter can be cut
        infinite = np.isinf(column.to_numpy())
    present = column[~missing & ~infinite]
    if _has_order(present) and present.nunique() > MOST_NUMBERS:
        yield from _quarters(present)
    else:
        yield from _distinct(present)
    if infinite.any():
        yield "(infinite)", np.flatnonzero(infinite)
    if missing.any():
        yield "(missing)", np.flatnonzero(missing)


def _has_order(column: pd.Series) -> bool:
    is_a = pd.api.types
    return is_a.is_numeric_dtype(column.dtype) or is_a.is_datetime64_any_dtype(column.dtype)


def _quarters(present: pd.Series) -> Iterator[tuple[str, NDArray[np.intp]]]:
    bins = pd.qcut(present, 4, labels=False, duplicates="drop")
    for _, rows in present.groupby(bins):
        yield f"{_short(rows.min())} to {_short(rows.max())}", rows.index.to_numpy()


def _distinct(present: pd.Series) -> Iterator[tuple[str, NDArray[np.intp]]]:
    if present.dtype == object:
        # An attribute may mix text and numbers, which have no order.
        present = present.map(str)
    counts = present.value_counts()[:MOST_VALUES]
    frequent = present.isin(counts.index[counts >= FEWEST_OF_VALUE])
    for value, rows in present[frequent].groupby(present[frequent]):
        yield _short(value), rows.index.to_numpy()
    rest = present[~frequent]
    if len(rest):
        values = rest.unique()
        name = _short(values[0]) if len(values) == 1 else f"({len(values)} others)"
        yield name, rest.index.to_numpy()


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
