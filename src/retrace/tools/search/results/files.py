"""A study in, hpo/results/<study>/ out: a table, the best settings, and two pages."""

import base64
import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock
from ruamel.yaml import YAML

from retrace.core.artifacts import save_table, save_text
from retrace.core.errors import ArtifactError
from retrace.reporting.templating import render
from retrace.tools.search.results.charts import draw_charts
from retrace.tools.search.results.summary import (
    goal_names,
    overrides_of,
    ranked,
    summarise,
    trials_table,
)
from retrace.tools.search.study.studies import best_trial

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial

TEMPLATES = Path(__file__).with_name("templates")

BEST = "best.yaml"


def write_results(study: "Study", folder: Path) -> Path:
    """Write what a study found; what an earlier call wrote is replaced, file by file.

    Parameters
    ----------
    study : Study
    folder : Path
        hpo/results/<study>.

    Returns
    -------
    Path
        The page for a browser.

    Raises
    ------
    ArtifactError
        A file cannot be written; what was there before is still there.
    """
    with _locked(folder):  # searchers that share a study end at the same moment
        found = summarise(study)
        save_table(trials_table(study), folder / "trials.csv")
        if text := best_yaml(study):
            save_text(text, folder / BEST)
        else:
            (folder / BEST).unlink(missing_ok=True)
        save_text(render(TEMPLATES / "search.md.j2", found), folder / "report.md")
        save_text(report_html(study, found), folder / "report.html")
    return folder / "report.html"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    lock = FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise ArtifactError(
            f"{folder} cannot be written ({error.strerror or error}): the study is intact; check the"
            " rights and the free space there, then give the same command again"
        ) from error
    try:
        yield
    finally:
        lock.release()


def best_yaml(study: "Study") -> str:
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
        *sections, key = name.split(".")
        section = values
        for part in sections:
            section = section.setdefault(part, {})
        section[key] = value
    return values


def report_html(study: "Study", found: dict[str, Any]) -> str:
    """Write the page that opens offline.

    Its policy lets a browser run the page's own scripts, known by their hashes, and nothing else.

    Parameters
    ----------
    study : Study
    found : dict
        What `summarise` returned.
    """
    from plotly.offline import get_plotlyjs

    charts = draw_charts(study)
    figures = [figure for chart in charts for figure in chart.figures]
    library = get_plotlyjs().replace("</script", "<\\/script") if figures else ""
    own = (TEMPLATES / "draw.js").read_text(encoding="utf-8")
    page = {
        "charts": charts,
        "figures": _in_script(f"[{','.join(figures)}]"),
        "library": library,
        "own": own,
        "hashes": [_hash(library), _hash(own)],
    }
    return render(TEMPLATES / "search.html.j2", found | page)


def _headline(trial: "FrozenTrial", goals: list[str]) -> str:
    scores = ", ".join(f"{goal} {value!r}" for goal, value in zip(goals, trial.values, strict=True))
    return f"trial {trial.number}: {scores}"


def _yaml(values: Mapping[str, Any]) -> str:
    writer, stream = YAML(typ="safe", pure=True), io.StringIO()
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.dump(dict(values), stream)
    return stream.getvalue()


def _hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _in_script(text: str) -> str:
    """Escape JSON so that it cannot end the script element that holds it."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
