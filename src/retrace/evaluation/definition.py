"""What is to be known of a metric, and the numbers over rows that metrics are made of.

A metric is a function of sums over rows: of what each row adds to the numbers that it is made of (hits,
a loss, an error squared). So one function gives the value in metrics.json and the thousands of resampled
values behind its interval and its verdict, and they cannot disagree about a definition. A metric that
is no function of sums, such as one of ranks, sums `each_row`: how often each row counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from retrace.core.records import Floats, Predictions, Task

# SciPy is imported where rows are totalled: whoever asks for a name alone need not wait for it.
if TYPE_CHECKING:
    from scipy.sparse import csr_array

ROUNDING = 1e-12  # of a sum: less than that is nothing

Score = Callable[[Floats], Floats]
RowTotals = Callable[[Predictions], "csr_array"]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What is to be known of a metric.

    Attributes
    ----------
    task : str
        What is predicted where it is measured.
    better : {"higher", "lower"}
        Its direction.
    totals : callable
        How it is resampled: from predictions to what each row adds, (n_samples, n_totals).
    score : callable
        How it is computed: from sums of such rows, (..., n_totals), to values (...). With `each_row`
        it takes the predictions first, then how often each row counts, (..., n_samples). NaN where it
        is not defined.
    bounds : (float, float)
        The least and the most that it can be.
    proportion : bool
        Whether it is the share of rows that are right, for which there are exact tests and intervals.
    standard : bool
        Whether metrics.json has it without being asked.
    tails : bool
        Whether single large errors can make up most of it.
    """

    task: Task
    better: Literal["higher", "lower"]
    totals: RowTotals
    score: Callable[..., Floats]
    bounds: tuple[float, float] = (-np.inf, np.inf)
    proportion: bool = False
    standard: bool = False
    tails: bool = False

    def scorer(self, predictions: Predictions) -> Score:
        """Return the function from sums of ``totals(predictions)`` to values."""
        return partial(self.score, predictions) if self.totals is each_row else self.score


def each_row(predictions: Predictions) -> "csr_array":
    """Return which row a row is: sums of it say how often each row counts."""
    from scipy.sparse import eye_array

    return eye_array(len(predictions.y), format="csr")


def stacked(models: Sequence[Predictions]) -> Predictions:
    """Put the rows of several models one below another."""
    return Predictions(
        y=np.concatenate([model.y for model in models]),
        predicted=np.concatenate([model.predicted for model in models]),
        probabilities=np.concatenate([model.probabilities for model in models]),
    )


def full_rows(columns: list[Floats]) -> "csr_array":
    """Return totals of which each row has all: its columns, each of shape (n_samples,)."""
    from scipy.sparse import csr_array

    shape = len(columns[0]), len(columns)
    entries = np.stack(columns, axis=1).ravel()
    return csr_array(
        (entries, np.tile(np.arange(shape[1]), shape[0]), np.arange(0, len(entries) + 1, shape[1])),
        shape=shape,
    )


def mean(totals: Floats) -> Floats:
    """Return the mean, from sums of 1 and of the values."""
    return totals[..., 1] / totals[..., 0]


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Divide; 0 where there is nothing to divide by, as scikit-learn does with ``zero_division=0``."""
    return np.divide(
        numerator, denominator, out=np.zeros_like(numerator, dtype=float), where=denominator > 0
    )
