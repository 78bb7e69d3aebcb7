"""Where a model errs more than elsewhere: the worst node of a shallow tree on its errors.

Whoever looks at many slices finds a bad one by chance. So the validation part chooses one, and the test
part, which had no say in that, judges it once.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import ttest_ind
from sklearn.tree import DecisionTreeRegressor

from retrace.core.params import Report
from retrace.core.records import Codes, Floats

DEPTH = 3
FEWEST_ROWS = 200  # of the validation part, to look at all
LEAF = 0.05  # of the validation rows, at least
FEWEST_JUDGED = 20  # test rows of the slice, and beside it
MOST_VALUES = 20  # of a category, the most frequent
MOST_ROWS, MOST_COLUMNS = 10_000, 200  # for the tree; of more rows so many are drawn
MOST_PERMUTED = 10_000  # beyond, means are as good as normal


class Condition(NamedTuple):
    """What is asked of one column: ``Age > 41.5``, ``Sex is male``, ``Age is missing``, or not."""

    column: str
    holds: bool
    value: Any = None
    above: float | None = None

    def of(self, table: pd.DataFrame) -> NDArray[np.bool_]:
        """Return which rows meet it; a gap in a number is neither above nor below."""
        column = table[self.column]
        if self.above is not None:
            numbers = column.to_numpy(dtype=np.float64)
            return numbers > self.above if self.holds else numbers <= self.above
        matches = column.isna() if self.value is None else column.map(str) == self.value
        return matches.to_numpy() == self.holds

    def __str__(self) -> str:
        """Say it in a few words."""
        if self.above is not None:
            return f"{self.column} {'>' if self.holds else '≤'} {self.above:.4g}"
        value = "missing" if self.value is None else self.value
        return f"{self.column} is {'' if self.holds else 'not '}{value}"


class WorstRows(NamedTuple):
    """A slice of the rows and how it did: mean errors inside and outside, on the test part.

    Attributes
    ----------
    conditions : tuple of Condition
        All of them hold; none where no tree found anything to cut by.
    n_inside : int
        Test rows.
    inside, outside : float
        Mean error: the share of wrong answers, or the mean absolute error.
    p_value : float
        That the test rows of the slice are no worse than the others, one-sided.
    """

    conditions: tuple[Condition, ...]
    n_inside: int
    inside: float
    outside: float
    p_value: float


def find_worst(table: pd.DataFrame, error: Floats) -> tuple[Condition, ...]:
    """Return the conditions of the node of a tree (of depth 3) whose rows are most surely worse.

    Parameters
    ----------
    table : DataFrame of shape (n_samples, n_columns)
        Of the validation part.
    error : array of shape (n_samples,)
        How wrong the model is in each row, from `errors`.

    Returns
    -------
    tuple of Condition
        None below 200 rows, of more than 200 columns, or where no cut lowers the squared error.
    """
    if len(table) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(len(table), MOST_ROWS, replace=False))
        table, error = table.iloc[rows], error[rows]
    if table.shape[1] > MOST_COLUMNS:
        return ()
    questions = list(_questions(table))
    if len(table) < FEWEST_ROWS or not questions:
        return ()
    X = np.column_stack([values for _, values in questions])
    leaf = max(FEWEST_JUDGED, int(LEAF * len(table)))
    tree = DecisionTreeRegressor(max_depth=DEPTH, min_samples_leaf=leaf, random_state=0)
    cuts = tree.fit(X, error).tree_
    n_inside, means = cuts.n_node_samples, cuts.value[:, 0, 0]
    # By the evidence, as in a t test against all others: the highest mean alone is that of a few rows.
    evidence = (means - means[0]) * np.sqrt(n_inside / np.maximum(len(table) - n_inside, 1))
    return tuple(_path(cuts, int(np.argmax(evidence)), [asked for asked, _ in questions]))


def judge_worst(
    conditions: tuple[Condition, ...],
    table: pd.DataFrame,
    error: Floats,
    units: Codes | None,
    settings: Report,
) -> WorstRows | None:
    """Compare the rows that meet the conditions with all others, on a part that did not choose them.

    Parameters
    ----------
    conditions : tuple of Condition
        From `find_worst`.
    table : DataFrame of shape (n_samples, n_columns)
        Of the test part.
    error : array of shape (n_samples,)
        How wrong the model is in each of these rows, from `errors`.
    units : array of shape (n_samples,) or None
        Rows of one unit count once inside, and once outside.
    settings : Report
        Its ``resamples`` and ``seed``, of a permutation test (of more than 10,000 units Welch's).

    Returns
    -------
    WorstRows or None
        None where fewer than 20 units are inside or outside.
    """
    inside = np.all([each.of(table) for each in conditions], axis=0)
    cells = pd.DataFrame({"inside": inside, "error": error})
    if units is not None:
        cells = cells.groupby([pd.Series(units, name="unit"), "inside"])["error"].mean().reset_index()
    within = cells["inside"].to_numpy()
    if min(within.sum(), (~within).sum()) < FEWEST_JUDGED:
        return None
    p_value = _permutation(cells["error"].to_numpy(), within, settings)
    means = float(error[inside].mean()), float(error[~inside].mean())
    return WorstRows(conditions, int(inside.sum()), *means, p_value)


def _permutation(error: Floats, inside: NDArray[np.bool_], settings: Report) -> float:
    """Return how often others, drawn at random, are as bad; those at hand are among the draws."""
    if len(error) > MOST_PERMUTED:
        welch = ttest_ind(error[inside], error[~inside], equal_var=False, alternative="greater")
        return float(welch.pvalue)
    generator = np.random.default_rng(settings.seed)
    n_inside, total = int(inside.sum()), error[inside].sum()
    drawn = [generator.permutation(error)[:n_inside].sum() for _ in range(settings.resamples)]
    return float((1 + np.sum(np.array(drawn) >= total - 1e-9)) / (1 + settings.resamples))


def _questions(table: pd.DataFrame) -> Iterator[tuple[Condition | str, Floats]]:
    """Yield what a tree may ask: the number of a column by name, or whether a condition holds."""
    for name, column in table.items():
        gaps = column.isna()
        if gaps.any() and not gaps.all():
            yield Condition(str(name), True), gaps.to_numpy(dtype=np.float64)
        if pd.api.types.is_numeric_dtype(column.dtype):
            numbers = np.clip(column.to_numpy(dtype=np.float64), -1e30, 1e30)
            if not gaps.all():
                yield str(name), np.nan_to_num(numbers, nan=float(np.nanmedian(numbers)))
            continue
        texts = column[~gaps].map(str)
        for value in texts.value_counts().index[:MOST_VALUES]:
            yield Condition(str(name), True, value), (column.map(str) == value).to_numpy(np.float64)


def _path(cuts: Any, target: int, asked: list[Condition | str]) -> Iterator[Condition]:
    """Yield what is asked on the way to a node, each bound of a number once."""
    conditions: dict[tuple[str, bool], Condition] = {}
    node = 0
    while node != target:
        # A node has its number before all that is below it, and what is to the right comes last.
        right = target >= cuts.children_right[node]
        question = asked[cuts.feature[node]]
        if isinstance(question, str):
            question = Condition(question, right, above=float(cuts.threshold[node]))
            # A later bound of a side is the narrower one.
            conditions[(question.column, right)] = question
        else:
            conditions[(str(question), right)] = question._replace(holds=right)
        node = cuts.children_right[node] if right else cuts.children_left[node]
    yield from conditions.values()
