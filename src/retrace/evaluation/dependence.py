"""What a model says, on average, when one column alone is set to each of its values."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from retrace.core.params import Report
from retrace.core.records import Dataset, Floats, Predictions

MOST_ROWS = 500
MOST_VALUES = 12
FEWEST_VALUES = 4


class Dependence(NamedTuple):
    """The mean answer by the values of one column.

    Attributes
    ----------
    column : str
        Its name.
    levels : list
        Numbers, or the most frequent categories; none where the column has no value.
    answers : array of shape (n_levels, n_classes) or (n_levels, 1)
        Mean probabilities, or mean predictions of a regression.
    """

    column: str
    levels: list[Any]
    answers: Floats

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers, which have an order."""
        return all(isinstance(value, int | float) for value in self.levels)


def partial_dependence(
    predict: Callable[[Dataset], Predictions], part: Dataset, column: str, settings: Report
) -> Dependence:
    """Set a column to each of its values in turn, in all rows, and average what the model says.

    J. H. Friedman, Annals of Statistics 29 (2001), 1189-1232. Where columns go together, rows that
    never occur are among those that are averaged.

    Parameters
    ----------
    predict : callable
        From rows to what a fitted model says of them.
    part : Dataset
        Of a table; of more than 500 rows, so many are drawn.
    column : str
        A name of the table's columns.
    settings : Report
        Its ``seed``.
    """
    rows = np.arange(len(part))
    if len(rows) > MOST_ROWS:
        generator = np.random.default_rng(settings.seed)
        rows = np.sort(generator.choice(rows, MOST_ROWS, replace=False))
    table = pd.DataFrame(part.X)
    values = _values(table[column])
    if values.empty:
        return Dependence(column, [], np.empty((0, 1)))
    every = part.take(np.tile(rows, len(values)))
    changed = pd.DataFrame(every.X).copy(deep=False)
    changed[column] = values.repeat(len(rows)).set_axis(changed.index)
    said = predict(replace(every, X=changed))
    answers = said.probabilities if said.probabilities.shape[1] else said.predicted[:, None]
    means = answers.reshape(len(values), len(rows), -1).mean(axis=1)
    return Dependence(column, values.tolist(), means)


def _values(column: pd.Series) -> pd.Series:
    """Return, of numbers, quantiles that occur, and of categories the most frequent; as they are."""
    present = column.dropna()
    if pd.api.types.is_numeric_dtype(column.dtype):
        present = present[np.isfinite(present.to_numpy(dtype=np.float64))]
        if present.empty:
            return present
        ordered = present.sort_values(ignore_index=True)
        quantiles = _quantiles(ordered).drop_duplicates()
        # Where nearly all rows have one value, those of the few others are shown too.
        return quantiles if len(quantiles) >= FEWEST_VALUES else _quantiles(ordered.drop_duplicates())
    return pd.Series(present.value_counts().index[:MOST_VALUES], dtype=column.dtype)


def _quantiles(ordered: pd.Series) -> pd.Series:
    places = np.linspace(0.025, 0.975, MOST_VALUES) * (len(ordered) - 1)
    return ordered.iloc[np.unique(places.round().astype(int))]
