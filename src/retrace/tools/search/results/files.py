"""A study in, hpo/results/<study>/ out: a table, the best settings, and two pages."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock
from markdown_it import MarkdownIt
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState
from ruamel.yaml import YAML

from retrace.core.artifacts import save_table, save_text
from retrace.reporting.templating import json_in_script, render, script_hash
from retrace.tools.repository.overrides import set_key
from retrace.tools.search.results.charts import draw_charts
from retrace.tools.search.results.summary import STATES, goal_names, overrides_of, summarise
from retrace.tools.search.study.storages import writing_explained
from retrace.tools.search.study.studies import best_trial, ranked

TEMPLATES = Path(__file__).with_name("templates")

BEST = "best.yaml"


def write_results(study: Study, folder: Path) -> Path:
    """Write what came of a study, and return the page for a browser; earlier files are replaced.

    Raises
    ------
    ArtifactError
        A file cannot be written; what was there before is still there.
    """
    with writing_explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):  # searchers that share a study end at the same moment
            save_table(trials_table(study), folder / "trials.csv")
            if text := best_yaml(study):
                save_text(text, folder / BEST)
            else:
                (folder / BEST).unlink(missing_ok=True)
            summary = summarise(study)
            save_text(render(TEMPLATES / "search.md.j2", summary), folder / "report.md")
            save_text(report_html(study, summary), folder / "report.html")
    return folder / "report.html"


def trials_table(study: Study) -> pd.DataFrame:
    """Return one row for each trial: its goals, parameters, time, and why it failed."""
    goals = goal_names(study)
    rows = [_row(trial, goals) for trial in study.get_trials(deepcopy=False)]
    settings = dict.fromkeys(key for row in rows for key in row["settings"])
    scores = dict.fromkeys(key for row in rows for key in row["scores"])
    columns = ["number", "state", "baseline", *goals, *settings, *scores, "took_seconds", "worker"]
    flat = [row | row["settings"] | row["scores"] for row in rows]
    # Column by column: a DataFrame of rows makes 3 of a parameter that only some trials have 3.0.
    return pd.DataFrame(
        {name: [row.get(name) for row in flat] for name in [*columns, "error"]}, dtype=object
    )


def _row(trial: FrozenTrial, goals: list[str]) -> dict[str, Any]:
    attributes, state = trial.user_attrs, trial.state.name.lower()
    # Optuna gives values to pruned trials as well.
    values = trial.values if trial.state == TrialState.COMPLETE else []
    scores = {name: each for name, each in attributes.get("scores", {}).items() if name not in goals}
    return {
        "number": trial.number,
        "state": STATES.get(state, state),
        "baseline": json.dumps(bool(attributes.get("baseline"))),
        "settings": {name: _in_cell(value) for name, value in overrides_of(trial).items()},
        "scores": {f"validation.{name}": value for name, value in scores.items()},
        "took_seconds": attributes.get("seconds"),
        "worker": attributes.get("worker"),
        "error": attributes.get("error") or attributes.get("retired"),
    } | dict(zip(goals, values, strict=False))


def _in_cell(value: object) -> object:
    """Write lists, true, false and null as JSON has them; an empty cell: there is no such parameter."""
    return json.dumps(value) if value is None or isinstance(value, list | bool) else value


def best_yaml(study: Study) -> str:
    """Write the best settings in the shape of params.yaml; of a front all of them, each by its number.

    The same study gives the same bytes, however long its trials took.
    """
    goals = goal_names(study)
    if best := best_trial(study):
        return f"# {_headline(best, goals)} of {study.study_name}\n" + _yaml(nested(overrides_of(best)))
    front = {f"trial {trial.number}": nested(overrides_of(trial)) for trial in ranked(study)}
    lines = [f"# {_headline(trial, goals)}\n" for trial in ranked(study)]
    return f"# the front of {study.study_name}\n{''.join(lines)}{_yaml(front)}" if front else ""


def nested(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Turn full names into nested mappings: ``svm.C`` into ``{"svm": {"C": ...}}``."""
    values: dict[str, Any] = {}
    for name, value in overrides.items():
        set_key(values, name, value)
    return values


def report_html(study: Study, summary: dict[str, Any]) -> str:
    """Write the page that opens offline: the report (what `summarise` returned), and charts.

    Its policy lets a browser run the page's own scripts, known by their hashes, and nothing else.
    """
    from plotly.offline import get_plotlyjs

    report = render(TEMPLATES / "search.md.j2", summary | {"history": None})  # a chart shows it better
    panels = draw_charts(study)
    figures = [figure for panel in panels for figure in panel.figures]
    library = get_plotlyjs().replace("</script", "<\\/script") if figures else ""
    own = (TEMPLATES / "draw.js").read_text(encoding="utf-8")
    page = {
        "name": study.study_name,
        "report": MarkdownIt("commonmark", {"html": False}).enable("table").render(report),
        "panels": panels,
        "figures": json_in_script(f"[{','.join(figures)}]"),
        "library": library,
        "own": own,
        "hashes": [script_hash(library), script_hash(own)],
    }
    return render(TEMPLATES / "search.html.j2", page)


def _headline(trial: FrozenTrial, goals: list[str]) -> str:
    scores = ", ".join(f"{goal} {value!r}" for goal, value in zip(goals, trial.values, strict=True))
    return f"trial {trial.number}: {scores}"


def _yaml(values: Mapping[str, Any]) -> str:
    writer, stream = YAML(typ="safe", pure=True), io.StringIO()
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.dump(dict(values), stream)
    return stream.getvalue()
