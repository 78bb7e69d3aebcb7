"""A dataset and its parts in, what is odd about them out: warnings, never failures."""

from retrace.core.records import Dataset
from retrace.splitting.checks.drift import compare_parts
from retrace.splitting.checks.findings import Findings, together
from retrace.splitting.checks.leakage import duplicates_across, find_leaks
from retrace.splitting.checks.samples import Rows, comparable, sample_rows

__all__ = ["Findings", "check_data"]

TARGET = "the target"


def check_data(dataset: Dataset, parts: dict[str, Rows], seed: int) -> Findings:
    """Look for duplicates across the parts, columns that give the target away, and parts that differ.

    Parameters
    ----------
    dataset : Dataset
        All rows, cleaned.
    parts : dict of str to int array
        Row positions of ``"train"``, ``"validation"`` and ``"test"``.
    seed : int
        Of the rows that are drawn from a large part.
    """
    sampled = {part: sample_rows(dataset, rows, seed) for part, rows in parts.items()}
    columns = {part: comparable(dataset, rows) for part, rows in sampled.items()}
    training = sampled["train"]
    times = None if dataset.times is None else dataset.times[training]
    leaks = find_leaks(columns["train"], dataset.y[training], dataset.task, times)
    for part, rows in sampled.items():
        columns[part][TARGET] = dataset.y[rows]
    return together([duplicates_across(dataset, parts), leaks, compare_parts(columns)])
