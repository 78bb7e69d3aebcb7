"""A comparison as a person or a program reads it: Markdown, a page, JSON."""

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrace.reporting.templating import render
from retrace.tools.repository import differences
from retrace.tools.repository.differences import Change, ChangedRow, MetricRow
from retrace.tools.repository.sides import Side, load_side
from retrace.tools.significance import wording
from retrace.tools.significance.judging import Judgement, judge

TEMPLATES = Path(__file__).with_name("templates")

SHOWN = 20  # rows in Markdown; a page shows more
ON_THE_PAGE = 60
IN_JSON = 1000


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that is said of two runs.

    Attributes
    ----------
    base, other : Side
    judgement : Judgement
    params, data, code : list of Change
    metrics : list of MetricRow
    lost, gained : list of ChangedRow
        The rows that got worse, and those that got better.
    notes : list of str
    """

    base: Side
    other: Side
    judgement: Judgement
    params: list[Change]
    data: list[Change]
    code: list[Change]
    metrics: list[MetricRow]
    lost: list[ChangedRow]
    gained: list[ChangedRow]
    notes: list[str]


def compare(
    base: str,
    other: str,
    *,
    metric: str | None = None,
    tolerance: float | None = None,
    use_seeds: bool = True,
) -> Report:
    """Compare two revisions, experiments, or the workspace.

    Parameters
    ----------
    base, other : str
        Names of branches, tags, commits or DVC experiments, or ``"workspace"``.
    metric : str, optional
        Instead of the one in params.yaml.
    tolerance : float, optional
        The largest difference that would not matter.
    use_seeds : bool
        Whether runs under other seeds count.

    Raises
    ------
    RetraceError
        There is no such revision, or the workspace has no finished run.
    """
    return compare_sides(
        load_side(base), load_side(other), metric=metric, tolerance=tolerance, use_seeds=use_seeds
    )


def compare_sides(
    base: Side,
    other: Side,
    *,
    metric: str | None = None,
    tolerance: float | None = None,
    use_seeds: bool = True,
) -> Report:
    """Compare two runs that are already read; see `compare`."""
    sides = base, other
    judgement = judge(*sides, metric=metric, tolerance=tolerance, use_seeds=use_seeds)
    lost, gained = differences.changed_rows(*judgement.rows) if judgement.rows else ([], [])
    same = sides[0].lock.stages and sides[0].lock == sides[1].lock
    return Report(
        base=base,
        other=other,
        judgement=judgement,
        params=differences.param_changes(*sides),
        data=differences.data_changes(*sides),
        code=differences.code_changes(*sides),
        metrics=differences.metric_rows(*sides),
        lost=lost,
        gained=gained,
        notes=[
            *(["both sides are the same run: their dvc.lock is the same"] if same else []),
            *base.notes,
            *other.notes,
            *differences.hardware_note(*sides),
            *judgement.notes,
        ],
    )


def to_markdown(report: Report) -> str:
    """Write a comparison for a terminal or a pull request."""
    return render(TEMPLATES / "compare.md.j2", _context(report, SHOWN))


def to_html(report: Report, pictures: Mapping[int, str]) -> str:
    """Write a comparison as one page that opens offline.

    Parameters
    ----------
    report : Report
    pictures : mapping of int to str
        Data URLs of changed rows by their position in the test part; empty for other kinds of data.
    """
    context = _context(report, ON_THE_PAGE) | {"pictures": pictures}
    return render(TEMPLATES / "compare.html.j2", context)


def to_json(report: Report) -> str:
    """Write a comparison for programs; numbers that do not exist are null."""
    judgement, context = report.judgement, _context(report, IN_JSON)
    found = dataclasses.asdict(judgement.comparison) if judgement.comparison else {}
    seeds = judgement.over_seeds
    values = {
        "verdict": judgement.verdict,
        "metric": judgement.metric,
        "sentence": context["headline"],
        "reason": judgement.reason,
        "comparison": found or None,
        "seeds": {"kind": seeds.kind} | seeds.seeds if seeds else None,
        "base": _side(report.base),
        "other": _side(report.other),
        "notes": report.notes,
        "params": report.params,
        "data": report.data,
        "code": report.code,
        "metrics": report.metrics,
        "classes": judgement.classes,
        "lost": {"n": len(report.lost), "rows": report.lost[:IN_JSON]},
        "gained": {"n": len(report.gained), "rows": report.gained[:IN_JSON]},
    }
    return json.dumps(_plain(values), indent=2, ensure_ascii=False, allow_nan=False)


def _context(report: Report, limit: int) -> dict[str, Any]:
    judgement = report.judgement
    return {
        "report": report,
        "verdict": judgement.verdict,
        "headline": wording.headline(judgement, report.base),
        "detectable": wording.detectable(judgement),
        "basis": wording.basis(judgement),
        "made_from": wording.made_from,
        "signed": wording.signed,
        "number": wording.number,
        "p_value": wording.p_value,
        "n_rows": len(judgement.rows[0]) if judgement.rows else 0,
        "classes": judgement.classes,
        "tables": [("Parameters", report.params), ("Data", report.data), ("Code", report.code)],
        "changed": _changed(report, limit),
    }


def _changed(report: Report, limit: int) -> list[dict[str, Any]]:
    rows = report.judgement.rows
    titles = ("Right before, wrong now", "Wrong before, right now")
    if rows and not rows[0].classes:
        titles = ("Further from the true value than before", "Nearer to the true value than before")
    return [
        {"title": title, "n": len(found), "rows": found[:limit]}
        for title, found in zip(titles, (report.lost, report.gained), strict=True)
    ]


def _side(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "kind": side.tree.kind,
        "revision": side.tree.commit,
        "changed": side.changed,
        "params": side.used,
        "metrics": side.metrics,
    }


def _plain(value: Any) -> Any:
    """Turn dataclasses into dictionaries, and numbers that JSON does not have into null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value if isinstance(value, str | int | None) else str(value)
