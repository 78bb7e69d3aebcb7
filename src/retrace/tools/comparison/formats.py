"""A comparison as a person or a program reads it: Markdown, a page, JSON."""

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from retrace.reporting.templating import render
from retrace.tools.repository.data_differences import data_differences
from retrace.tools.repository.differences import without_other_models
from retrace.tools.repository.sides import Side
from retrace.tools.significance import Verdict, wording
from retrace.tools.significance.runs import RunComparison

TEMPLATES = Path(__file__).with_name("templates")

COLOURS = {Verdict.BETTER: "good", Verdict.EQUIVALENT: "good", Verdict.WORSE: "bad"}

SHOWN = 20  # rows in Markdown; a page shows more
ON_THE_PAGE = 60
IN_JSON = 1000


def to_markdown(compared: RunComparison) -> str:
    """Write a comparison for a terminal or a pull request."""
    return render(TEMPLATES / "compare.md.j2", _context(compared, SHOWN))


def to_html(compared: RunComparison, pictures: Mapping[int, str]) -> str:
    """Write a comparison as one page that opens offline.

    Parameters
    ----------
    compared : RunComparison
        Two runs.
    pictures : mapping of int to str
        Data URLs of changed rows by their position in the test part; empty for other kinds of data.
    """
    context = _context(compared, ON_THE_PAGE) | {"pictures": pictures}
    return render(TEMPLATES / "compare.html.j2", context)


def to_json(compared: RunComparison) -> str:
    """Write a comparison for programs; numbers that do not exist are null."""
    judgement, context = compared.judgement, _context(compared, IN_JSON)
    comparison = dataclasses.asdict(judgement.comparison) if judgement.comparison else {}
    seeds = judgement.over_seeds
    values = {
        "verdict": judgement.verdict,
        "metric": judgement.metric,
        "sentence": context["headline"],
        "reason": judgement.reason,
        "comparison": comparison or None,
        "seeds": {"kind": seeds.kind} | seeds.seeds if seeds else None,
        "part": judgement.part,
        "account": dataclasses.asdict(compared.account) if compared.account else None,
        "base": _side(compared.base, judgement.part),
        "other": _side(compared.other, judgement.part),
        "notes": compared.notes,
        "params": compared.differs.params,
        "data": compared.differs.data,
        "code": compared.differs.code,
        "metrics": context["metrics"],
        "classes": judgement.classes,
        "lost": {"n": len(compared.differs.lost), "rows": compared.differs.lost[:IN_JSON]},
        "gained": {"n": len(compared.differs.gained), "rows": compared.differs.gained[:IN_JSON]},
    }
    return json.dumps(_plain(values), indent=2, ensure_ascii=False, allow_nan=False)


def _context(compared: RunComparison, limit: int) -> dict[str, Any]:
    judgement = compared.judgement
    shown, folded = without_other_models(compared.differs.params)
    return {
        "compared": compared,
        "verdict": judgement.verdict,
        "colours": COLOURS,
        "headline": wording.headline(judgement, compared.base),
        "detectable": " ".join(
            filter(
                None,
                [
                    wording.detectable(judgement),
                    wording.planning(judgement, compared.base, compared.other),
                ],
            )
        ),
        "basis": " ".join(filter(None, [wording.account(compared.account), wording.basis(judgement)])),
        "made_from": wording.made_from,
        "signed": wording.signed,
        "number": wording.number,
        "p_value": wording.p_value,
        "n_rows": len(judgement.rows[0]) if judgement.rows else 0,
        "classes": judgement.classes,
        "part": judgement.part,
        "metrics": [row for row in compared.differs.metrics if judgement.part in ("test", row.part)],
        "folded": folded,
        "of_data": data_differences(compared.base, compared.other),
        "tables": [
            ("Parameters", shown),
            ("Data", compared.differs.data),
            ("Code", compared.differs.code),
        ],
        "changed": _changed(compared, limit),
    }


def _changed(compared: RunComparison, limit: int) -> list[dict[str, Any]]:
    rows = compared.judgement.rows
    titles = ("Right before, wrong now", "Wrong before, right now")
    if rows and not rows[0].classes:
        titles = ("Further from the true value than before", "Nearer to the true value than before")
    return [
        {"title": title, "n": len(rows_of_side), "rows": rows_of_side[:limit]}
        for title, rows_of_side in zip(
            titles, (compared.differs.lost, compared.differs.gained), strict=True
        )
    ]


def _side(side: Side, part: str) -> dict[str, Any]:
    return {
        "name": side.name,
        "kind": side.tree.kind,
        "revision": side.tree.commit,
        "changed": side.changed,
        "params": side.used,
        "metrics": side.metrics if part == "test" else {part: side.metrics.get(part, {})},
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
