"""What a model sees and should not: rows of another part, and columns that give the target away."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retrace.core.errors import first_few
from retrace.core.records import Dataset, Targets, Task
from retrace.splitting.checks.findings import Findings
from retrace.splitting.checks.samples import Rows
from retrace.splitting.checks.screening import most_related, watched
from retrace.splitting.checks.telling import FEWEST_ROWS, changes_slowly, deal, score_alone

PAIRS = (("test", "train"), ("validation", "train"), ("test", "validation"))

NEARLY_PERFECT = 0.98

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


def find_leaks(
    columns: pd.DataFrame, y: Targets, task: Task, times: NDArray[np.generic] | None = None
) -> Findings:
    """Predict the target from each column alone, and warn of those that do it nearly perfectly.

    The score of a column is cross-validated, of a small decision tree (numbers) or of the most frequent
    class of each value (text; of a regression, its mean): balanced accuracy, of one class against the
    rest where a column tells only that one, or R²; of a regression also the squared correlation of
    numbers, of their values and of their ranks. From .98 on it is a warning.

    A target that changes slowly is told by whatever changes slowly too, as by the time itself. So where
    the rows have a time, a column must also tell the steps from one row to the next (`steps_told`).

    Parameters
    ----------
    columns : DataFrame of shape (n_samples, n_columns)
        Of training rows; a gap is NaN.
    y : array of shape (n_samples,)
        The target: codes of classes, or numbers.
    task : str
        ``"classification"`` or ``"regression"``.
    times : array of shape (n_samples,), optional
        The time of each row.
    """
    if len(y) < FEWEST_ROWS or not len(columns.columns):
        return Findings(checked=(f"Columns that give the target away: fewer than {FEWEST_ROWS} rows.",))
    fold = deal(y)
    tried = most_related(columns, y, task)
    scores = {
        str(name): score_alone(tried[name], y, task, fold)
        for name in watched(list(tried), "columns that give the target away")
    }
    best = max(scores, key=scores.__getitem__)
    suspects = sorted(
        (name for name in scores if scores[name] >= NEARLY_PERFECT), key=lambda n: -scores[n]
    )
    by_name = {str(name): tried[name] for name in tried}
    slow = [
        name
        for name in suspects
        if times is not None and changes_slowly(by_name[name], y, task, fold, times)
    ]
    leaks = {name: scores[name] for name in suspects if name not in slow}
    of = f" (of {columns.shape[1]:,} those most related to it)" if len(scores) < columns.shape[1] else ""
    # Cut off, not rounded: .979 is no .98, from which on there is a warning.
    score = np.floor(scores[best] * 100) / 100
    checked = (
        f"Columns that give the target away: of {len(scores)} tried alone{of} on {len(y)} training rows"
        f" the best is {best} ({MEASURES[task]} {score:.2f}, a warning from {NEARLY_PERFECT} on"
        f"{_but_not(slow)})."
    )
    in_file_order = [] if times is not None else [n for n in leaks if _rises(by_name[n])]
    return Findings(
        warnings=(_warning(leaks, task, in_file_order),) if leaks else (), checked=(checked,)
    )


def _warning(leaks: dict[str, float], task: Task, in_file_order: list[str]) -> str:
    named = first_few([f"{name} ({score:.3f})" for name, score in leaks.items()])
    warning = (
        f"{named} alone predict{'' if len(leaks) > 1 else 's'} the target of the training rows nearly"
        f" perfectly ({MEASURES[task]}): what is known only afterwards, or is the target in disguise,"
        " belongs under `drop`"
    )
    if not in_file_order:
        return warning
    return (
        f"{warning}; what rises from row to row, as {in_file_order[0]} does, under `time` if it is one"
    )


def _but_not(slow: list[str]) -> str:
    if not slow:
        return ""
    return f"; not of {first_few(slow)}, told by the course of time and not from row to row"


def _rises(column: pd.Series) -> bool:
    return column.dtype != object and bool((np.diff(column.to_numpy(np.float64)) > 0).all())
