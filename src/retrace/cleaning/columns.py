"""What steps made of a table's columns, in the record that the report and the model's file show."""

from dataclasses import replace

import pandas as pd

from retrace.cleaning.steps import is_number
from retrace.core.records import Column

COUNTED = 10_000  # rows, as the readers do


def columns_after(
    columns: tuple[Column, ...], X: pd.DataFrame, made: pd.DataFrame
) -> tuple[Column, ...]:
    """Tell the features that steps left from those that they took, and add those that they made.

    Parameters
    ----------
    columns : tuple of Column
        What the reader took the columns for.
    X, made : DataFrame of shape (n_samples, n_features)
        Before and after the steps.

    Returns
    -------
    tuple of Column
        A feature that is gone, or is of another kind now, has the role ``"input"``; one that is new
        has ``"made"``. Where neither happened, the columns as they were.
    """
    was, now = _kinds(X), _kinds(made)
    kept = {name for name, kind in was.items() if now.get(name) == kind}
    if not any(column.role == "feature" for column in columns):
        columns = (*columns, *(_column(name, "feature", X[name]) for name in was))
    old = (
        replace(column, role="input") if column.role == "feature" and column.name not in kept else column
        for column in columns
    )
    return (*old, *(_column(name, "made", made[name]) for name in now if name not in kept))


def _kinds(X: pd.DataFrame) -> dict[str, str]:
    return {str(name): _kind(column) for name, column in X.items()}


def _kind(column: pd.Series) -> str:
    return "number" if is_number(column) else "category"


def _column(name: str, role: str, column: pd.Series) -> Column:
    some = column.iloc[:COUNTED]
    return Column(
        name=name,
        role=role,
        kind=_kind(column),
        gaps=int(some.isna().sum()),
        distinct=int(some.nunique()),
        note="by `preprocess.steps`" if role == "made" else "",
    )
