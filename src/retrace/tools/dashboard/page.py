"""Runs and judgements in, one HTML page out that loads nothing from anywhere."""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from retrace.core.artifacts import save_text
from retrace.core.errors import ComparisonError
from retrace.evaluation.metrics import LOWER_IS_BETTER
from retrace.reporting import templating
from retrace.tools.dashboard.charts import (
    NOT_PULLED,
    confusion_cells,
    read_curves,
    read_validation,
    scatter,
)
from retrace.tools.dashboard.gathering import compare_names
from retrace.tools.dashboard.ranking import BASE, Standing, rank
from retrace.tools.dashboard.runs import WORKSPACE, Run
from retrace.tools.repository.bases import remote
from retrace.tools.significance import Verdict

TEMPLATES = Path(__file__).with_name("templates")

SCRIPTS = (
    "state.js",
    "cells.js",
    "table.js",
    "axes.js",
    "lines.js",
    "parallel.js",
    "charts.js",
    "pair.js",
    "start.js",
)

VALIDATION = "validation."

# In the order in which the column of verdicts is sorted.
WORDS = [Verdict.BETTER, Verdict.EQUIVALENT, BASE, Verdict.NO_DIFFERENCE, Verdict.CANNOT_TELL,
         Verdict.WORSE, Verdict.NOT_COMPARABLE, NOT_PULLED]  # fmt: skip

# How a sentence about a run goes on to name the base.
AGAINST = {
    Verdict.BETTER: "better than",
    Verdict.WORSE: "worse than",
    Verdict.EQUIVALENT: "equivalent to",
    Verdict.NO_DIFFERENCE: "no significant difference from",
}

Values = dict[str, Any]


def contents(runs: Sequence[Run], judged: Mapping[str, Standing], base: Run, metric: str) -> Values:
    """Return all that the page shows, as it goes into the page.

    Parameters
    ----------
    runs : sequence of Run
        In the order of the table before it is sorted.
    judged : mapping of str to Standing
        By revision, against ``base``; runs without scores may be missing.
    base : Run
        One of them.
    metric : str
        The metric that ranks, by its short name, such as ``"accuracy"``.
    """
    columns = _columns(runs, metric)
    names, places = compare_names(list(runs)), rank(list(runs), judged, metric)
    classes: list[tuple[str, ...]] = []
    return {
        "metric": metric,
        "base": [run.revision for run in runs].index(base.revision),
        "tests": _n_tests(judged.values()),
        "made": f"{datetime.now():%Y-%m-%d %H:%M}",
        "columns": columns,
        "verdicts": WORDS,
        "against": AGAINST,
        "not_pulled": NOT_PULLED,
        "remote": remote(),
        "runs": [
            {
                "name": run.label,
                "argument": shlex.quote(names[run.revision]),
                "rank": places.get(run.revision),
                "values": [_value(run, column) for column in columns],
            }
            | _origin(run)
            | _standing(judged.get(run.revision))
            | _pictures(run, classes)
            for run in runs
        ],
        "classes": classes,
    }


def render(values: Values, library: str) -> str:
    """Fill the page.

    Parameters
    ----------
    values : dict
        What `contents` returned.
    library : str
        The JavaScript of Vega.

    Returns
    -------
    str
        HTML. Its policy lets a browser run the page's own scripts, known by their hashes, and nothing
        else: a name from the data that got into the markup could neither run nor call home.
    """
    data = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    own = "\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in SCRIPTS)
    scripts = {"library": library, "own": f'"use strict";\n(() => {{\n{own}}})();\n'}
    page = {
        "style": (TEMPLATES / "page.css").read_text(encoding="utf-8"),
        "data": templating.json_in_script(data),
        "hashes": [templating.script_hash(script) for script in scripts.values()],
    }
    return templating.render(TEMPLATES / "page.html.j2", values | page | scripts)


def _n_tests(standings: Iterable[Standing]) -> int:
    """Count the tests that the correction ran over: runs with the same predictions share one."""
    return len(
        {id(each.comparison) for each in standings if each.comparison and each.p_value is not None}
    )


def library_path() -> Path:
    """Return where a repository keeps the script of `vega_library`."""
    return Path(f".retrace/vega-{version('vl-convert-python')}.js")


def vega_library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script; it needs no network.

    To bundle them takes two seconds, so the script is kept under .retrace/.
    """
    import vl_convert

    path = library_path()
    if not path.exists():
        script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
        save_text(script.replace("</script", "<\\/script"), path)
    return path.read_text(encoding="utf-8")


def _columns(runs: Sequence[Run], metric: str) -> list[Values]:
    """Choose columns: validation metrics, the ranking one first; params that differ; the rest."""
    metrics = list(dict.fromkeys(key for run in runs for key in run.metrics))
    validation = [key for key in metrics if key.startswith(VALIDATION)]
    validation.sort(key=lambda key: key != f"{VALIDATION}{metric}")
    kinds = {
        "validation": validation,
        "param": _differing(runs),
        "other": [key for key in metrics if key not in validation],
    }
    return [_column(kind, key, runs) for kind, keys in kinds.items() for key in keys]


def _column(kind: str, key: str, runs: Sequence[Run]) -> Values:
    values = [value for run in runs if (value := _raw(run, kind, key)) is not None]
    return {
        "kind": kind,
        "key": key,
        "label": key.removeprefix(VALIDATION).removeprefix("models."),
        "lower": key.rsplit(".", 1)[-1] in LOWER_IS_BETTER,
        "numeric": all(_is_number(value) for value in values),
    }


def _differing(runs: Sequence[Run]) -> list[str]:
    """Name the params with two values or more among the runs that have them, in params.yaml's order."""
    keys = dict.fromkeys(key for run in runs for key in run.params)
    return [
        key
        for key in keys
        if len({json.dumps(run.params[key], default=str) for run in runs if key in run.params}) > 1
    ]


def _raw(run: Run, kind: str, key: str) -> Any:
    return (run.params if kind == "param" else run.metrics).get(key)


def _value(run: Run, column: Values) -> Any:
    source = run.params if column["kind"] == "param" else run.metrics
    if column["key"] not in source:
        return None
    value = source[column["key"]]
    if value is None or column["numeric"]:
        return value
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _origin(run: Run) -> Values:
    return {
        "revision": run.revision[:7] if run.is_commit else run.revision,
        "branches": run.branches,
        "tags": run.tags,
        "experiment": run.experiment,
        "same": [*run.same_experiments, *(each for each in run.same_revisions if each == WORKSPACE)],
        "from": run.started_from,
        "state": run.state if run.has_scores or run.state != "done" else "no validation metrics",
        "note": run.note,
        "time": f"{run.time:%Y-%m-%d %H:%M}" if run.time else None,
    }


def _standing(standing: Standing | None) -> Values:
    if standing is None:
        return {"verdict": None, "reason": "", "difference": None, "interval": None, "p": None}
    comparison = standing.comparison
    interval = comparison and [comparison.interval.low, comparison.interval.high]
    return {
        "verdict": standing.verdict,
        "reason": standing.reason,
        "difference": comparison and comparison.difference,
        "interval": interval if interval and interval[0] == interval[0] else None,
        "p": standing.p_value,
    }


def _pictures(run: Run, classes: list[tuple[str, ...]]) -> Values:
    """Return the curves of a run, and its confusion matrix or, of a regression, its points."""
    shown: Values = {"curves": read_curves(run), "classes": None, "cells": None, "points": None}
    if not run.has_scores:
        return shown
    try:
        rows = read_validation(run)
    except ComparisonError as error:
        return shown | {"why": str(error)}
    if not rows.classes:
        return shown | {"points": scatter(rows)}
    if rows.classes not in classes:
        classes.append(rows.classes)
    return shown | {"classes": classes.index(rows.classes), "cells": confusion_cells(rows)}
