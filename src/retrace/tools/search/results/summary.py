"""A study in, what its pages and tables say of it out."""

import json
from collections import Counter
from typing import Any

import pandas as pd
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

from retrace.core.errors import first_few
from retrace.evaluation.answers import class_totals
from retrace.evaluation.intervals import number_text
from retrace.evaluation.metrics import METRICS
from retrace.tools.search.confirmation import load_confirmation
from retrace.tools.search.results.charts import importances, short_names
from retrace.tools.search.study.studies import begun, best_trial, finished_trials, ranked
from retrace.tools.significance.wording import signed

SHOWN = 10  # trials in a table
POINTS = 40  # of the curve in Markdown: more cannot be told apart

STATES = {"complete": "finished", "pruned": "pruned", "fail": "failed"}

# Both pages are kept short: one failing setting may fail a thousand times.
REASONS = 5


def goal_names(study: Study) -> list[str]:
    """Return what the values of a trial are called, the metric first."""
    return list(study.user_attrs["metrics"])


def overrides_of(trial: FrozenTrial) -> dict[str, Any]:
    """Return the full names and values that a trial changed in params.yaml."""
    return dict(trial.user_attrs.get("overrides", trial.params))


def baseline_trial(study: Study) -> FrozenTrial | None:
    """Return the trial of params.yaml as it was when the study was last searched."""
    baselines = [
        trial
        for trial in study.get_trials(deepcopy=False)
        if trial.user_attrs.get("baseline") and "retired" not in trial.user_attrs
    ]
    now = study.user_attrs.get("baseline")
    current = [trial for trial in baselines if overrides_of(trial) == now]
    return next(iter(current + baselines), None)


def states(study: Study) -> dict[str, int]:
    """Count the trials that are over, by what became of them."""
    counts = Counter(trial.state.name.lower() for trial in begun(study.get_trials(deepcopy=False)))
    return {word: counts[state] for state, word in STATES.items()}


def failures(study: Study) -> list[tuple[str, int, int]]:
    """Return why trials failed, how often, and the first that did; the most frequent reason first."""
    counted = begun(study.get_trials(deepcopy=False))
    trials = [each for each in counted if each.state.name == "FAIL"]
    reasons = [str(trial.user_attrs.get("error") or "it was interrupted") for trial in trials]
    return [
        (reason, n, trials[reasons.index(reason)].number) for reason, n in Counter(reasons).most_common()
    ]


def history(study: Study) -> dict[str, list[float]] | None:
    """Return the best value so far by trial number, thinned; None with several goals or one trial."""
    trials = finished_trials(study)
    if len(study.directions) > 1 or len(trials) < 2:
        return None
    values = pd.Series({trial.number: trial.values[0] for trial in trials})
    best = values.cummax() if study.direction == StudyDirection.MAXIMIZE else values.cummin()
    thinned = best.iloc[sorted({round(i * (len(best) - 1) / (POINTS - 1)) for i in range(POINTS)})]
    return {"trials": thinned.index.tolist(), "best": thinned.tolist()}


def front_in_words(study: Study) -> str:
    """Name the trials that none beats in all goals."""
    front = [str(trial.number) for trial in ranked(study)]
    return f"the front: trials {first_few(front, SHOWN)}" if front else "no trial has a score yet"


def tie_in_words(study: Study) -> str:
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


def summarise(study: Study) -> dict[str, Any]:
    """Return all that both pages show, by the names that the templates use."""
    best, baseline, shares = best_trial(study), baseline_trial(study), importances(study)
    all_ranked, reasons = ranked(study), failures(study)
    top = [_shown(trial, baseline) for trial in all_ranked[:SHOWN]]
    return {
        "name": study.study_name,
        "headline": _headline(study, best, len(all_ranked)),
        "remarks": _remarks(study, best, baseline),
        "facts": _facts(study),
        "goals": goal_names(study),
        "best": best and not _is_baseline(best, baseline) and _shown(best, baseline),
        "baseline": baseline and _shown(baseline, baseline),
        "top": top,
        "differs": bool(top and top[0]["difference"]),
        "settings": short_names(key for trial in top for key in trial["settings"]),
        "importances": [(name, f"{share:.0%}".replace("%", " %")) for name, share in shares.items()],
        "history": history(study),
        "failures": reasons[:REASONS],
        "n_more_reasons": max(0, len(reasons) - REASONS),
    }


def _headline(study: Study, best: FrozenTrial | None, n_front: int) -> str:
    if best:
        return f"{goal_names(study)[0]} {number_text(best.values[0])}"
    front = f"{n_front} trial{'s' if n_front > 1 else ''} on the front"
    return front if n_front else "No trial finished"


def _remarks(study: Study, best: FrozenTrial | None, baseline: FrozenTrial | None) -> list[str]:
    """Say what the headline means, how far to trust it, and what would tell more."""
    if best is None:
        front = "None is better than another in all goals. `--apply --trial NUMBER` takes one."
        return [front] if finished_trials(study) else []
    tie = [f"{sentence}."] if (sentence := tie_in_words(study)) else []
    if _is_baseline(best, baseline):
        return [f"No trial was better than params.yaml as it was (trial {best.number}).", *tie]
    gain = "the best"
    if baseline and (difference := _shown(best, baseline)["difference"]):
        gain = f"{difference} against params.yaml as it was ({number_text(baseline.values[0])})"
    confirmation = load_confirmation(study, best.number, baseline.number if baseline else 0)
    unconfirmed = (
        f"Not confirmed yet: the best of {sum(states(study).values())} looks better than it is."
        " `--apply` refits it beside the baseline on fresh splits."
    )
    verdict = confirmation.sentence if confirmation else unconfirmed
    return [f"Trial {best.number}: {gain}.", verdict, *tie]


def _facts(study: Study) -> dict[str, str]:
    told, counts = study.user_attrs, states(study)
    goals = [
        f"{goal} ({'lower' if direction == StudyDirection.MINIMIZE else 'higher'} is better)"
        for goal, direction in zip(goal_names(study), study.directions, strict=True)
    ]
    where = f"the mean of {told['folds']} folds" if told["folds"] else "on the validation part"
    by_state = ", ".join(f"{n} {state}" for state, n in counts.items())
    return {
        "searched": f"{told['model']} on {told['data']}",
        "goals" if len(goals) > 1 else "goal": ", ".join([*goals, where]),
        "trials": f"{sum(counts.values())}: {by_state}",
        "seed": str(told["seed"]),
        "made from": str(told["identity"]),
    }


def same(trial: FrozenTrial, other: FrozenTrial) -> bool:
    """Tell whether two trials have the same settings, by value and type."""
    settings = [
        {name: repr(value) for name, value in overrides_of(each).items()} for each in (trial, other)
    ]
    return trial.number == other.number or settings[0] == settings[1]


def _is_baseline(best: FrozenTrial, baseline: FrozenTrial | None) -> bool:
    return baseline is not None and same(best, baseline)


def _shown(trial: FrozenTrial, baseline: FrozenTrial | None) -> dict[str, Any]:
    values = trial.values or []
    before = baseline.values if baseline and baseline.state == TrialState.COMPLETE else None
    settings = overrides_of(trial)
    return {
        "number": trial.number,
        "scores": [number_text(value) for value in values],
        "difference": signed(values[0] - before[0]) if values and before else "",
        "settings": {name: json.dumps(value) for name, value in settings.items()},
        "rounded": {name: _rounded(value) for name, value in settings.items()},
        "took": f"{trial.user_attrs['seconds']:.1f}" if "seconds" in trial.user_attrs else "",
        "baseline": bool(trial.user_attrs.get("baseline")),
    }


def _rounded(value: object) -> str:
    """Write a value for a table; what to set is told with all its digits."""
    return f"{value:.4g}" if isinstance(value, float) else json.dumps(value)
