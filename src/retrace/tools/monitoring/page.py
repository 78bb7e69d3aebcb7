"""What drifted, as a page and as lines for a terminal."""

from collections.abc import Sequence
from pathlib import Path

from retrace.reporting.templating import render
from retrace.tools.monitoring.drift import Drift
from retrace.tools.prediction.source import Source

SHOWN = 10

TEMPLATE = Path(__file__).parent / "templates/drift.html.j2"


def as_lines(drifts: Sequence[Drift], n_rows: int) -> list[str]:
    """Write the columns that drifted, or the one that comes nearest."""
    drifted = [each for each in drifts if each.drifted]
    head = (
        f"drift in {len(drifted)} of {len(drifts)} columns, {n_rows} new rows"
        if drifted
        else f"no drift in {len(drifts)} columns, {n_rows} new rows; the largest difference:"
    )
    rows = [
        f"  {each.column}: effect {each.effect:.2f}, p {each.p_value:.2g}"
        for each in (drifted[:SHOWN] or drifts[:1])
    ]
    more = [f"  and {len(drifted) - SHOWN} more"] if len(drifted) > SHOWN else []
    return [head, *rows, *more]


def as_page(drifts: Sequence[Drift], n_rows: int, source: Source, where: str) -> str:
    """Write all columns as one page that loads nothing."""
    head = as_lines(drifts, n_rows)[0]
    return render(TEMPLATE, {"drifts": drifts, "source": source, "where": where, "head": head})
