"""What a model sees and should not: rows of another part, and columns that give the target away."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from retrace.core.errors import first_few
from retrace.core.records import Codes, Dataset, Floats, Targets, Task
from retrace.splitting.checks.findings import Findings
from retrace.splitting.checks.samples import Rows
from retrace.splitting.checks.screening import most_related, watched

PAIRS = (("test", "train"), ("validation", "train"), ("test", "validation"))

NEARLY_PERFECT = 0.98
FAR_FROM_IT = 0.9
BLIND_MARGIN = 0.1
FOLDS = 3
FEWEST_ROWS = 20

Column = Floats | Codes  # numbers, or the codes of texts
Predictor = Callable[[Any, Targets, Any, Task], Targets]

MEASURES: dict[Task, str] = {"classification": "balanced accuracy", "regression": "R²"}


def duplicates_across(dataset: Dataset, parts: dict[str, Rows]) -> Findings:
    """Count the rows of a part that are exact duplicates of rows of another.

    Parameters
    ----------
    dataset : Dataset
        Its ``row_hash`` is the same for exact duplicates.
    parts : dict of str to int array
        Row positions of the training, validation and test part.
    """
    warnings, n_repeated = [], 0
    for part, other in PAIRS:
        again = np.isin(dataset.row_hash[parts[part]], dataset.row_hash[parts[other]])
        n_repeated += int(again.sum())
        if again.any() and dataset.duplicates != "keep":  # where they are copies, not other samples
            rows = parts[part]
            warnings.append(
                f"{again.sum()} of {len(rows)} {part} rows are exact duplicates of {other} rows (first:"
                f" id {dataset.ids[rows[again]][0]}): the model has seen what judges it; leave copies"
                f" out (`duplicates: drop` in data/{dataset.name}.yaml), or keep them in one part"
                " (`duplicates: together`, and a split.method that can)"
            )
    checked = f"Exact duplicates across the parts: {n_repeated} of all {len(dataset)} rows"
    return Findings(warnings=tuple(warnings), checked=(f"{checked}{_copies(dataset)}.",))


def _copies(dataset: Dataset) -> str:
    """Say how many rows repeat others: none across the parts does not mean that there are none."""
    hashes = pd.Series(dataset.row_hash)
    if not (n_copies := int(hashes.duplicated().sum())):
        return ""
    most = int(hashes.value_counts().iloc[0])
    return f"; {n_copies:,} rows are copies of others, one occurs {most:,} times"


def find_leaks(columns: pd.DataFrame, y: Targets, task: Task) -> Findings:
    """Predict the target from each column alone, and warn of those that do it nearly perfectly.

    The score of a column is cross-validated, of a small decision tree (numbers) or of the most frequent
    class of each value (text; of a regression, its mean): balanced accuracy, of one class against the
    rest where a column tells only that one, or R²; of a regression also the squared correlation of
    numbers, of their values and of their ranks. From .98 on it is a warning.

    Parameters
    ----------
    columns : DataFrame of shape (n_samples, n_columns)
        Of training rows; a gap is NaN.
    y : array of shape (n_samples,)
    task : str
    """
    if len(y) < FEWEST_ROWS or not len(columns.columns):
        return Findings(checked=(f"Columns that give the target away: fewer than {FEWEST_ROWS} rows.",))
    fold = _folds(y)
    tried = most_related(columns, y, task)
    found = {
        str(name): score_alone(tried[name], y, task, fold)
        for name in watched(list(tried), "columns that give the target away")
    }
    best = max(found, key=found.__getitem__)
    leaks = sorted((name for name in found if found[name] >= NEARLY_PERFECT), key=lambda n: -found[n])
    named = first_few([f"{name} ({found[name]:.3f})" for name in leaks])
    warning = (
        f"{named} alone predict{'' if len(leaks) > 1 else 's'} the target of the training rows nearly"
        f" perfectly ({MEASURES[task]}): what is known only afterwards, or is the target in disguise,"
        " belongs under `drop`"
    )
    of = f" (of {columns.shape[1]:,} those most related to it)" if len(found) < columns.shape[1] else ""
    # Cut off, not rounded: .979 is no .98, from which on there is a warning.
    score = np.floor(found[best] * 100) / 100
    checked = (
        f"Columns that give the target away: of {len(found)} tried alone{of} on {len(y)} training rows"
        f" the best is {best} ({MEASURES[task]} {score:.2f}, a warning from {NEARLY_PERFECT} on)."
    )
    return Findings(warnings=(warning,) if leaks else (), checked=(checked,))


def score_alone(column: pd.Series, y: Targets, task: Task, fold: Codes) -> float:
    """Return how well one column predicts the target: at most 1, about 0 where it says nothing."""
    if column.dtype == object:
        codes = pd.factorize(column, use_na_sentinel=False)[0]
        return _cross_validated(codes, y, task, fold, _by_value)
    values = column.to_numpy(np.float64)
    score = _cross_validated(_scaled(values), y, task, fold, _by_tree)
    return max(score, _correlation(values, y)) if task == "regression" else score


def _scaled(values: Floats) -> Floats:
    """Scale to 0 to 1, with gaps below: a tree computes in float32, which holds no large id exactly."""
    there = values[~np.isnan(values)]
    low, high = (there.min(), there.max()) if there.size else (0.0, 1.0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        scaled = (values - low) / (high - low)
    return np.where(np.isnan(values), -1.0, np.nan_to_num(scaled))


def _folds(y: Targets) -> Codes:
    """Deal the rows out in the order of their targets, so that each fold has its share of each class."""
    fold = np.empty(len(y), dtype=np.int64)
    fold[np.argsort(y, kind="stable")] = np.arange(len(y)) % FOLDS
    return fold


def _cross_validated(column: Column, y: Targets, task: Task, fold: Codes, predict: Predictor) -> float:
    predicted = np.empty(len(y), dtype=y.dtype)
    judged = np.zeros(len(y), dtype=bool)
    for number in range(FOLDS):
        held_out = fold == number
        predicted[held_out] = predict(column[~held_out], y[~held_out], column[held_out], task)
        judged |= held_out
        score = SCORES[task](y[judged], predicted[judged])
        if score < FAR_FROM_IT:
            break  # one fold told enough
    return score


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
