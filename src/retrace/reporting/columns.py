"""The section "Columns": what each column of a table was taken for, so that a mistake is seen."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from retrace.core.records import Dataset

SHOWN = 100  # columns; a table of thousands is told by its counts


def column_section(dataset: Dataset) -> dict[str, Any]:
    """Return what the templates columns.md.j2 and columns.html.j2 show.

    Returns
    -------
    dict
        ``summary``, such as "7 features: 5 number, 2 category", ``rows`` of `Column` as dicts, those
        with a note first, and how many are ``not_shown``.
    """
    kinds = Counter(column.kind for column in dataset.columns if column.role in {"feature", "made"})
    counted = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    # As sorting keeps the order, columns without a note stay as they lie in the file.
    told = sorted(dataset.columns, key=lambda column: not column.note)
    return {
        "summary": f"{kinds.total():,} features{': ' if counted else ''}{counted}",
        "rows": [asdict(column) for column in told[:SHOWN]],
        "not_shown": max(0, len(told) - SHOWN),
    }
