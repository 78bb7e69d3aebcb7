"""Rows that lie in two parts: what is tested was seen in training."""

import numpy as np

from retrace.core.records import Dataset
from retrace.splitting.checks.findings import Findings
from retrace.splitting.checks.samples import Rows

PAIRS = (("test", "train"), ("validation", "train"), ("test", "validation"))


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
        if again.any():
            rows = parts[part]
            warnings.append(
                f"{again.sum()} of {len(rows)} {part} rows are exact duplicates of {other} rows (first:"
                f" id {dataset.ids[rows[again]][0]}): the model has seen what judges it; remove them, or"
                " set split.duplicates_together: true with a method that can keep them together"
            )
    checked = f"Exact duplicates across the parts: {n_repeated} of all {len(dataset)} rows."
    return Findings(warnings=tuple(warnings), checked=(checked,))
