"""The section "Where it errs": the worst slice, chosen on the validation and judged on the test part."""

from typing import Any

import pandas as pd

from retrace.core.records import Dataset
from retrace.evaluation.intervals import number_text
from retrace.evaluation.losses import errors
from retrace.evaluation.worst_rows import WorstRows, find_worst, judge_worst
from retrace.reporting.results import Results


def worst_rows_section(results: Results) -> dict[str, Any] | None:
    """Return what the templates worst_rows.md.j2 and worst_rows.html.j2 show.

    Returns
    -------
    dict or None
        ``verdict`` (a word or two), ``conditions``, and a ``sentence`` on them; None where the data
        have no columns, are private, or too few to look.
    """
    tables = {part: _columns(rows) for part, rows in results.parts.items()}
    if results.dataset.private or tables["test"].empty:
        return None
    predictions = results.predictions
    conditions = find_worst(tables["validation"], errors(predictions["validation"]))
    if not conditions:
        return None
    error, units = errors(results.test), results.units.codes
    worst = judge_worst(conditions, tables["test"], error, units, results.params.report)
    if worst is None:
        return None
    stands_out = worst.p_value < 1 - results.params.report.confidence
    return {
        "verdict": "More often wrong" if stands_out else "Nothing stands out",
        "conditions": [str(each) for each in conditions],
        "sentence": _sentence(worst, classes=bool(results.dataset.classes)),
    }


def _columns(rows: Dataset) -> pd.DataFrame:
    tables = [table for table in (rows.X, rows.attributes) if isinstance(table, pd.DataFrame)]
    joined = pd.concat(tables, axis=1) if tables else pd.DataFrame()
    return joined.loc[:, ~joined.columns.duplicated()].rename(columns=str)


def _sentence(worst: WorstRows, *, classes: bool) -> str:
    p = f"p = {worst.p_value:.2g}"
    if classes:
        inside, outside = (f"{100 * share:.1f} %" for share in (worst.inside, worst.outside))
        return f"it errs in {inside} of these {worst.n_inside:,} rows, in {outside} of all others ({p})"
    inside, outside = number_text(worst.inside), number_text(worst.outside)
    return f"it is off by {inside} in these {worst.n_inside:,} rows, by {outside} in all others ({p})"
