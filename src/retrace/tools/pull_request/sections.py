"""The sections below the verdict: a pull request in, what each template shows out.

A function returns None where its section has nothing to say.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from retrace.evaluation.diagnostics import class_scores, confusion_matrix
from retrace.evaluation.metrics import LOWER_IS_BETTER
from retrace.models.provenance import trained_on
from retrace.tools.pull_request import charts
from retrace.tools.pull_request.cautions import uncommitted
from retrace.tools.pull_request.folder import files_to_take
from retrace.tools.pull_request.gathering import Request, environment, history
from retrace.tools.repository.differences import Change, ChangedRow, MetricRow, without_other_models
from retrace.tools.repository.git import git
from retrace.tools.repository.last_run import last_run, lock_hash
from retrace.tools.repository.predictions import PredictedRows
from retrace.tools.significance import wording

MOST_ROWS = 40  # of a table: a comment is no file
MOST_CLASSES = 15
MOST_ALONE = 5
MOST_PARAMS = 12  # unfolded
MOST_EXAMPLES = 8
MOST_FILES = 5

Context = dict[str, Any]


def metrics(request: Request) -> Context:
    """Put the metrics of main's tip, of this and their difference side by side, the tested one first.

    Those of the test part only where it is the one that is judged.
    """
    judgement = request.compared.judgement if request.compared else None
    tested = judgement.metric if judgement and judgement.comparison else None
    chosen = tested or request.head.metric
    listed = request.compared.differs.metrics if request.compared else _alone(request)
    since = {(row.part, row.name): row for row in request.changes.metrics} if request.changes else {}
    parts = {
        part: sorted((row for row in listed if row.part == part), key=lambda row: row.name != chosen)
        for part in dict.fromkeys((request.part, "validation"))
    }
    return {
        "alone": request.is_first or request.is_same,
        "shown": parts[request.part],
        "folded": parts["validation"] if request.part == "test" else [],
        "validation": {row.name: row.other for row in parts["validation"]},
        "tested": tested,
        "basis": wording.basis(judgement) if judgement and tested else "",
        "n": len(request.rows) if request.rows else "",
        "since": since if request.moved and request.changes else {},
        "start": request.start.tree.commit[:7] if request.start else "",
    }


def _alone(request: Request) -> list[MetricRow]:
    return [
        MetricRow(part, name, "lower" if name in LOWER_IS_BETTER else "higher", None, value, None)
        for part, values in request.head.metrics.items()
        for name, value in values.items()
        if name != "n"
    ]


def changes(request: Request) -> Context | None:
    """List the parameters, data and code that differ, or the parameters of a first run."""
    if request.is_same:
        return None
    differs = request.changes
    if differs is None:
        used = list(request.head.used.items())
        set_to = [(name, value if isinstance(value, str) else json.dumps(value)) for name, value in used]
        return {"first": True, "used": set_to[:MOST_ROWS], "more": max(len(set_to) - MOST_ROWS, 0)}
    files = [*differs.data, *differs.code]
    shown, folded = _by_interest(differs.params)
    return {
        "first": False,
        "params": shown,
        "folded": folded[:MOST_ROWS],
        "more": max(len(folded) - MOST_ROWS, 0),
        "files": files[:MOST_ROWS],
        "more_files": max(len(files) - MOST_ROWS, 0),
        "inside": _files_inside(files[:MOST_ROWS], differs.base.tree.commit),
        "most_files": MOST_FILES,
        "elsewhere": _elsewhere(request),
    }


def _by_interest(params: list[Change]) -> tuple[list[Change], list[Change]]:
    """Put aside what is many."""
    own, rest = without_other_models(params)
    return own[:MOST_PARAMS], [*own[MOST_PARAMS:], *rest]


def _files_inside(changed: Sequence[Change], commit: str) -> dict[str, list[str]]:
    """Name the files that differ in each folder: dvc.lock has one hash for it, Git knows its files."""
    paths = [change.name for change in changed]
    if not paths:
        return {}
    tracked = git("diff", "--name-only", "--relative", "-z", commit, "--", *paths)
    others = git("ls-files", "--others", "--exclude-standard", "-z", "--", *paths)
    names = sorted({name for name in f"{tracked}\0{others}".split("\0") if name})
    return {
        path: [name.removeprefix(f"{path}/") for name in names if name.startswith(f"{path}/")]
        for path in paths
    }


def _elsewhere(request: Request) -> list[str]:
    """Name what the base changed since the branch began: the verdict is on that, too."""
    if not (request.moved and request.start and request.start.ran and request.compared):
        return []
    own = {change.name for change in request.changes.params} if request.changes else set()
    return [change.name for change in request.compared.differs.params if change.name not in own][
        :MOST_FILES
    ]


def classes(request: Request) -> Context | None:
    """List the classes whose recall changed, or those of a first run that are found least."""
    judgement, rows = request.compared.judgement if request.compared else None, request.rows
    if rows is None or not rows.classes or request.is_same:
        return None
    if judgement is None or not judgement.rows:
        return _lowest(rows)
    changed = [each for each in judgement.classes if each.support and each.base != each.other]
    changed.sort(key=lambda each: abs(each.other - each.base), reverse=True)
    return {
        "compared": changed[:MOST_CLASSES],
        "lowest": [],
        "grouped": rows.units.codes is not None,
        "n_changed": len(changed),
        "significant": any(each.verdict.is_significant for each in changed[:MOST_CLASSES]),
        "n": len(judgement.classes),
    }


def _lowest(rows: PredictedRows) -> Context:
    precision, recall, _, support = class_scores(confusion_matrix(rows.predictions).astype(float))
    scores = [
        {"name": name, "recall": recall[code], "precision": precision[code], "support": support[code]}
        for code, name in enumerate(rows.classes)
        if support[code]
    ]
    scores.sort(key=lambda each: each["recall"])
    return {"compared": [], "lowest": scores[:MOST_ALONE], "n": len(scores)}


def curves(request: Request) -> Context | None:
    """Draw the training, beside that of the base where its history is at hand."""
    head, base = history(request.head), history(None if request.is_same else request.base)
    drawn = charts.curve_charts(base, head, request.base_name)
    return {"charts": drawn} if drawn else None


def confusion(request: Request) -> Context | None:
    """Count the judged rows by true and predicted class, and what changed in that."""
    rows = request.rows
    if rows is None or not rows.classes:
        return None
    pair = request.compared.judgement.rows if request.compared and not request.is_same else None
    return {"confusion": charts.confusion(rows, pair[0] if pair else None), "n": len(rows)}


def examples(request: Request) -> Context | None:
    """Name a few rows that were right and are now wrong, and the reverse."""
    compared = request.compared
    if (
        compared is None
        or not compared.judgement.rows
        or not (compared.differs.lost or compared.differs.gained)
    ):
        return None
    titles = ("Right before, wrong now", "Wrong before, right now")
    if not compared.judgement.rows[0].classes:
        titles = ("Further from the true value than before", "Nearer to the true value than before")
    sides: list[tuple[str, int, list[ChangedRow]]] = [
        (title, len(changed), changed[:MOST_EXAMPLES])
        for title, changed in zip(titles, (compared.differs.lost, compared.differs.gained), strict=True)
        if changed
    ]
    return {"sides": sides, "n": len(compared.judgement.rows[0])}


def made_from(request: Request) -> Context:
    """Name the commits, what the model was trained on, and what the run took, and where."""
    record = environment(request.head)
    return {
        "head": request.head,
        "edited": bool(uncommitted()),
        "tip": request.base,
        "start": request.start if request.moved else None,
        "lock": lock_hash(),
        "trained_on": trained_on(record.get("hardware", {})),
        "versions": ", ".join(
            f"{name} {version}" for name, version in record.get("versions", {}).items()
        ),
        "run": last_run(),
        "large": [path.as_posix() for path in files_to_take()[1]],
    }


# Title, template, importance where room is short, and what fills it; in the order of the text.
SECTIONS: list[tuple[str, str, int, Callable[[Request], Context | None]]] = [
    ("Metrics", "metrics", 90, metrics),
    ("What changed", "changes", 80, changes),
    ("Classes", "classes", 60, classes),
    ("Training", "curves", 50, curves),
    ("Confusion matrix", "confusion", 40, confusion),
    ("Changed rows", "examples", 20, examples),
    ("Made from", "made_from", 70, made_from),
]
