"""How well one column tells the target: at all, and where the target moves in time."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from retrace.core.records import Codes, Floats, Targets, Task

FAR_FROM_IT = 0.9
HALF = 0.5  # of the steps: what only changes slowly tells next to nothing of them
BLIND_MARGIN = 0.1
FOLDS = 3
FEWEST_ROWS = 20
FEWEST_CHANGES = 5  # of the class

Column = Floats | Codes  # numbers, or the codes of texts
Predictor = Callable[[Any, Targets, Any, Task], Targets]


def score_alone(column: pd.Series, y: Targets, task: Task, fold: Codes) -> float:
    """Return how well one column predicts the target: at most 1, about 0 where it says nothing."""
    predicted, judged = np.empty(len(y), dtype=y.dtype), np.zeros(len(y), dtype=bool)
    for held_out, predictions in _out_of_fold(column, y, task, fold):
        predicted[held_out] = predictions
        judged |= held_out
        score = SCORES[task](y[judged], predicted[judged])
        if score < FAR_FROM_IT:
            break  # one fold told enough
    if column.dtype == object or task == "classification":
        return score
    return max(score, _correlation(column.to_numpy(np.float64), y))


def changes_slowly(
    column: pd.Series, y: Targets, task: Task, fold: Codes, times: NDArray[np.generic]
) -> bool:
    """Tell whether a column is the time, or says no more of the target than that it changes slowly."""
    values = None if column.dtype == object else column.to_numpy(np.float64)
    order = np.argsort(times, kind="stable")
    if values is not None and _follows(values[order], times[order]):
        return True
    return steps_told(column.iloc[order], y[order], task, fold[order]) < HALF


def steps_told(column: pd.Series, y: Targets, task: Task, fold: Codes) -> float:
    """Return how well one column tells in which rows, and how far, the target moves.

    Of numbers the squared correlation of the steps, of values or of ranks, or R² of the steps of what
    is predicted; of classes the balanced accuracy on the rows that are of another class than the one
    before, or on all rows where these are few, with 0 for a coin.

    Parameters
    ----------
    column : Series of shape (n_samples,)
        In the order of time.
    y : array of shape (n_samples,)
        In the order of time, as the column is.
    task : str
        ``"classification"`` or ``"regression"``.
    fold : int array of shape (n_samples,)
        Of the cross-validation.
    """
    predicted = np.empty(len(y), dtype=y.dtype)
    for held_out, predictions in _out_of_fold(column, y, task, fold):
        predicted[held_out] = predictions
    if task == "classification":
        moved = np.concatenate([[False], y[1:] != y[:-1]])
        rows = moved if moved.sum() >= FEWEST_CHANGES else np.ones(len(y), dtype=bool)
        return 2 * _balanced_accuracy(y[rows], predicted[rows]) - 1
    score = _r2(np.diff(y), np.diff(predicted))
    if column.dtype == object:
        return score
    pair = pd.DataFrame({"x": column.to_numpy(np.float64), "y": y}).dropna()
    steps = (table.diff().iloc[1:] for table in (pair, pair.rank()))
    return max(score, *(_correlation(step["x"].to_numpy(), step["y"].to_numpy()) for step in steps))


def _follows(values: Floats, times: NDArray[np.generic]) -> bool:
    """Tell whether values rise or fall wherever the time goes on, and nowhere else."""
    steps = np.sign(np.diff(values))
    passed = times[1:] != times[:-1]
    return bool((steps == passed).all() or (steps == -1 * passed).all())


def _scaled(values: Floats) -> Floats:
    """Scale to 0 to 1, with gaps below: a tree computes in float32, which holds no large id exactly."""
    numbers = values[~np.isnan(values)]
    low, high = (numbers.min(), numbers.max()) if numbers.size else (0.0, 1.0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        scaled = (values - low) / (high - low)
    return np.where(np.isnan(values), -1.0, np.nan_to_num(scaled))


def deal(y: Targets) -> Codes:
    """Deal the rows out in the order of their targets, so that each fold has its share of each class."""
    fold = np.empty(len(y), dtype=np.int64)
    fold[np.argsort(y, kind="stable")] = np.arange(len(y)) % FOLDS
    return fold


def _out_of_fold(
    column: pd.Series, y: Targets, task: Task, fold: Codes
) -> Iterator[tuple[NDArray[np.bool_], Targets]]:
    """Yield the rows of each fold, and what the others make of the column there."""
    predict: Predictor = _by_tree
    values: Column
    if column.dtype == object:
        predict, values = _by_value, pd.factorize(column, use_na_sentinel=False)[0]
    else:
        values = _scaled(column.to_numpy(np.float64))
    for number in range(FOLDS):
        held_out = fold == number
        yield held_out, predict(values[~held_out], y[~held_out], values[held_out], task)


def _by_tree(values: Floats, y: Targets, new: Floats, task: Task) -> Targets:
    if task == "classification":
        n_leaves = 4 * len(np.unique(y))
        tree = DecisionTreeClassifier(max_leaf_nodes=n_leaves, class_weight="balanced", random_state=0)
    else:
        tree = DecisionTreeRegressor(max_leaf_nodes=64, random_state=0)
    return tree.fit(values[:, np.newaxis], y).predict(new[:, np.newaxis])


def _by_value(codes: Codes, y: Targets, new: Codes, task: Task) -> Targets:
    """Predict the most frequent class (the mean) of each value, and overall of a value not seen."""
    if task == "regression":
        means = pd.Series(y).groupby(codes).mean()
        return means.reindex(new).fillna(y.mean()).to_numpy()
    n_classes, n_values = y.max() + 1, max(codes.max(), new.max()) + 1
    counts = np.bincount(codes * n_classes + y, minlength=n_values * n_classes)
    counts = counts.reshape(n_values, n_classes)
    counts[counts.sum(axis=1) == 0] = np.bincount(y)
    return counts.argmax(axis=1)[new]


def _balanced_accuracy(y: Targets, predicted: Targets) -> float:
    """Return it over all classes; of one against the rest, where the column tells only that one.

    Perfect for one of three classes and blind for the others is .67 over all, and yet a leak: something
    that is filled in for one class alone. A good feature tells the others apart as well, if less.
    """
    codes, counts = np.unique(y, return_counts=True)
    right = np.array([(predicted[y == code] == code).mean() for code in codes])
    over_all = float(right.mean())
    if len(codes) == 2 or over_all > 2 / len(codes) + BLIND_MARGIN:
        return over_all
    wrongly = np.array([(predicted[y != code] == code).mean() for code in codes])
    against_rest = np.where(counts >= FEWEST_ROWS, (right + 1 - wrongly) / 2, 0)
    return max(over_all, float(against_rest.max()))


def _r2(y: Targets, predicted: Targets) -> float:
    spread = ((y - y.mean()) ** 2).sum()
    return float(1 - ((y - predicted) ** 2).sum() / spread) if spread else 0.0


SCORES: dict[Task, Callable[[Targets, Targets], float]] = {
    "classification": _balanced_accuracy,
    "regression": _r2,
}


def _correlation(values: Floats, y: Targets) -> float:
    """Square the correlation with the target, of values or of ranks, where at least half are there."""
    pair = pd.DataFrame({"x": values, "y": y}).dropna()
    if len(pair) < max(FEWEST_ROWS, len(y) / 2) or pair.nunique().min() < 2:
        return 0.0
    return float(max(table.corr().iloc[0, 1] ** 2 for table in (pair, pair.rank())))
