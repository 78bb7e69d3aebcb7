"""A study in, what its pages and tables say of it out."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from retrace.core.errors import first_few
from retrace.evaluation.metrics import METRICS, class_totals
from retrace.tools.search.confirmation import recall
from retrace.tools.search.results.charts import importances
from retrace.tools.search.study.studies import begun, best_trial, finished_trials

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial

TOLD = ("model", "data", "identity", "folds", "seed")

SHOWN = 10  # trials in a table
POINTS = 40  # of the curve in Markdown: more cannot be told apart

STATES = {"complete": "finished", "pruned": "pruned", "fail": "failed"}

# Both pages are kept short: one failing setting may fail a thousand times.
REASONS = 5


def goal_names(study: "Study") -> list[str]:
    """Return what the values of a trial are called, the metric first."""
    return list(study.user_attrs["metrics"])


def overrides_of(trial: "FrozenTrial") -> dict[str, Any]:
    """Return the full names and values that a trial changed in params.yaml."""
    return dict(trial.user_attrs.get("overrides", trial.params))


def baseline_trial(study: "Study") -> "FrozenTrial | None":
    """Return the trial of params.yaml as it was when the study was last searched."""
    found = [
        trial
        for trial in study.get_trials(deepcopy=False)
        if trial.user_attrs.get("baseline") and "retired" not in trial.user_attrs
    ]
    now = study.user_attrs.get("baseline")
    return next((trial for trial in found if overrides_of(trial) == now), found[0] if found else None)


def ranked(study: "Study") -> "list[FrozenTrial]":
    """Return the finished trials, the best first; with several goals the front, sorted by the first."""
    from optuna.study import StudyDirection

    trials = finished_trials(study)
    if len(study.directions) > 1:
        trials = [trial for trial in study.best_trials if trial.values]
    sign = -1 if study.directions[0] == StudyDirection.MAXIMIZE else 1
    return sorted(trials, key=lambda trial: (sign * trial.values[0], trial.number))


def states(study: "Study") -> dict[str, int]:
    """Count the trials that are over, by what became of them."""
    counts = Counter(trial.state.name.lower() for trial in begun(study.get_trials(deepcopy=False)))
    return {word: counts[state] for state, word in STATES.items()}


def failures(study: "Study") -> list[tuple[str, int, int]]:
    """Return why trials failed, how often, and the first that did; the most frequent reason first."""
    counted = begun(study.get_trials(deepcopy=False))
    trials = [each for each in counted if each.state.name == "FAIL"]
    reasons = [str(trial.user_attrs.get("error") or "it was interrupted") for trial in trials]
    return [
        (reason, n, trials[reasons.index(reason)].number) for reason, n in Counter(reasons).most_common()
    ]


def trials_table(study: "Study") -> pd.DataFrame:
    """Return one row for each trial: its goals, parameters, time, and why it failed."""
    goals = goal_names(study)
    rows = [_row(trial, goals) for trial in study.get_trials(deepcopy=False)]
    settings = dict.fromkeys(key for row in rows for key in row["settings"])
    scores = dict.fromkeys(key for row in rows for key in row["scores"])
    columns = [
        "number",
        "state",
        "baseline",
        *goals,
        *settings,
        *scores,
        "took_seconds",
        "worker",
        "error",
    ]
    flat = [row | row["settings"] | row["scores"] for row in rows]
    # Column by column: a DataFrame of rows makes 3 of a parameter that only some trials have 3.0.
    return pd.DataFrame({name: [row.get(name) for row in flat] for name in columns}, dtype=object)


def _row(trial: "FrozenTrial", goals: list[str]) -> dict[str, Any]:
    told, state = trial.user_attrs, trial.state.name.lower()
    scores = {name: value for name, value in told.get("scores", {}).items() if name not in goals}
    return {
        "number": trial.number,
        "state": STATES.get(state, state),
        "baseline": json.dumps(bool(told.get("baseline"))),
        "settings": {name: _in_cell(value) for name, value in overrides_of(trial).items()},
        "scores": {f"validation.{name}": value for name, value in scores.items()},
        "took_seconds": told.get("seconds"),
        "worker": told.get("worker"),
        "error": told.get("error") or told.get("retired"),
    } | dict(zip(goals, _values(trial), strict=False))


def _in_cell(value: object) -> object:
    """Write lists, true, false and null as JSON has them; an empty cell: there is no such parameter."""
    return json.dumps(value) if value is None or isinstance(value, list | bool) else value


def history(study: "Study") -> dict[str, list[float]] | None:
    """Return the best value so far by trial number, thinned; None with several goals or one trial."""
    trials = finished_trials(study)
    if len(study.directions) > 1 or len(trials) < 2:
        return None
    values = pd.Series({trial.number: trial.values[0] for trial in trials})
    best = values.cummax() if study.direction.name == "MAXIMIZE" else values.cummin()
    kept = sorted({round(i * (len(best) - 1) / (POINTS - 1)) for i in range(POINTS)})
    thinned = best.iloc[kept]
    return {"trials": thinned.index.tolist(), "best": [float(value) for value in thinned]}


def front_in_words(study: "Study") -> str:
    """Name the trials that none beats in all goals."""
    front = [str(trial.number) for trial in ranked(study)]
    return f"the front: trials {first_few(front, SHOWN)}" if front else "no trial has a score yet"


def tie_in_words(study: "Study") -> str:
    """Say that settings share the best score, and what would tell them apart; empty where none do.

    Only of metrics that count right rows: with few rows to judge by, they take few values.
    """
    best, goal = best_trial(study), goal_names(study)[0]
    if best is None or goal not in METRICS or METRICS[goal].totals is not class_totals:
        return ""
    fits = [each for each in finished_trials(study) if "copy_of" not in each.user_attrs]
    tied = [each for each in fits if each.values == best.values]
    if len(tied) < 2:
        return ""
    losses = {each.user_attrs.get("scores", {}).get("log_loss") for each in tied}
    remedies = ["`--metric log_loss`"] if len(losses) > 1 else []
    remedies += [] if study.user_attrs.get("folds") else ["`--folds 5`"]
    remedy = f": {' or '.join(remedies)} tells more apart" if remedies else ""
    return f"{len(tied)} of {len(fits)} settings share the best score{remedy}"


def summarise(study: "Study") -> dict[str, Any]:
    """Return all that both pages show, by the names that the templates use."""
    best, baseline, goals = best_trial(study), baseline_trial(study), goal_names(study)
    all_ranked, shares = ranked(study), importances(study)
    top = all_ranked[:SHOWN]
    return {
        "name": study.study_name,
        "told": {key: study.user_attrs.get(key) for key in TOLD},
        "goals": [
            {"name": goal, "better": "lower" if direction.name == "MINIMIZE" else "higher"}
            for goal, direction in zip(goals, study.directions, strict=True)
        ],
        "states": states(study),
        "n_trials": sum(states(study).values()),
        "best": best and _shown(best, baseline),
        "baseline": baseline and _shown(baseline, baseline),
        "is_baseline": best is not None and baseline is not None and same(best, baseline),
        "verdict": _verdict(study, best, baseline),
        "tie": tie_in_words(study),
        "n_front": len(all_ranked),
        "top": [_shown(trial, baseline) for trial in top],
        "settings": _short(dict.fromkeys(key for trial in top for key in overrides_of(trial))),
        "importances": [(name, f"{share:.0%}".replace("%", " %")) for name, share in shares.items()],
        "history": history(study),
        "failures": failures(study)[:REASONS],
        "n_reasons": len(failures(study)),
    }


def same(trial: "FrozenTrial", other: "FrozenTrial") -> bool:
    """Tell whether two trials have the same settings, by value and type."""
    settings = [
        {name: repr(value) for name, value in overrides_of(each).items()} for each in (trial, other)
    ]
    return trial.number == other.number or settings[0] == settings[1]


def _verdict(study: "Study", best: "FrozenTrial | None", baseline: "FrozenTrial | None") -> str:
    found = best and recall(study, best.number, baseline.number if baseline else 0)
    return found.sentence if found else ""


def _shown(trial: "FrozenTrial", baseline: "FrozenTrial | None") -> dict[str, Any]:
    values, against = _values(trial), _values(baseline) if baseline else []
    return {
        "number": trial.number,
        "values": [f"{value:.4f}" for value in values],
        "differences": [f"{now - was:+.4f}" for now, was in zip(values, against, strict=False)],
        "settings": {name: json.dumps(value) for name, value in overrides_of(trial).items()},
        "rounded": {name: _rounded(value) for name, value in overrides_of(trial).items()},
        "seconds": _seconds(trial.user_attrs),
        "baseline": bool(trial.user_attrs.get("baseline")),
    }


def _values(trial: "FrozenTrial") -> list[float]:
    """Return the values of a finished trial: Optuna gives those to pruned ones as well."""
    return list(trial.values) if trial.state.name == "COMPLETE" else []


def _rounded(value: object) -> str:
    """Write a value for a table; what to set is told with all its digits."""
    return f"{value:.4g}" if isinstance(value, float) else json.dumps(value)


def _seconds(told: Mapping[str, Any]) -> str:
    return f"{told['seconds']:.1f}" if "seconds" in told else ""


def _short(names: Mapping[str, object]) -> dict[str, str]:
    """Return full names and what to write above a column: ``models.svm.C`` is ``C``."""
    last = {name: name.rsplit(".", 1)[-1] for name in names}
    counts = Counter(last.values())
    return {name: short if counts[short] == 1 else name for name, short in last.items()}
