"""A study in, Optuna's own charts of it out, as plotly's JSON and light enough for a browser."""

import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import optuna
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState, create_trial

from retrace.tools.search.study.studies import finished_trials

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Fewer trials say nothing about which parameter matters.
ENOUGH = 10

# Each line is a trace of its own, and a browser takes a second for a few hundred of those.
LINES = 200

Target = Callable[[FrozenTrial], float]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What the page shows under one heading: figures side by side, and what a reader should know."""

    title: str
    figures: tuple[str, ...]
    note: str = ""


def draw_charts(study: Study) -> list[Panel]:
    """Draw what this study has: one trial, only failed ones, one parameter or two goals are no error."""
    if not finished_trials(study):
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is experimental
        shown = _readable(study)
        panels = [_front(shown), _histories(shown), _importances(shown), *_slices(shown)]
        panels += [_parallel(shown), _intermediate(shown)]
    return [panel for panel in panels if panel is not None]


def importances(study: Study) -> dict[str, float]:
    """Return which share of the first goal's variation goes with each parameter, the largest first.

    Optuna's PED-ANOVA; nothing for fewer than 10 finished trials or two parameters, or where all are
    equally good.
    """
    trials = finished_trials(study)
    values = {trial.values[0] for trial in trials}
    names = {name for trial in trials for name in trial.params}
    if len(trials) < ENOUGH or len(values) < 2 or len(names) < 2:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shares = optuna.importance.get_param_importances(study, target=_goal(0))
    return {name: share for name, share in shares.items() if math.isfinite(share)}


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return full names and what to call them where room is short: ``models.svm.C`` is ``C``."""
    last = {name: name.rsplit(".", 1)[-1] for name in names}
    counts = Counter(last.values())
    return {name: short if counts[short] == 1 else name for name, short in last.items()}


def _readable(study: Study) -> Study:
    """Copy a study into memory, with the short names of parameters; numbers of trials stay."""
    trials = study.get_trials(deepcopy=False)
    names = short_names(name for trial in trials for name in trial.params)
    copy = optuna.create_study(directions=study.directions)
    copy.set_user_attr("metrics", study.user_attrs["metrics"])
    copy.set_metric_names(study.user_attrs["metrics"])
    over = (TrialState.COMPLETE, TrialState.PRUNED)
    copy.add_trials(
        create_trial(
            state=trial.state,
            values=trial.values,
            params={names[name]: value for name, value in trial.params.items()},
            distributions={names[name]: each for name, each in trial.distributions.items()},
            intermediate_values=trial.intermediate_values,
        )
        if trial.state in over
        else create_trial(state=TrialState.FAIL)
        for trial in trials
    )
    return copy


def _goal(position: int) -> Target:
    return lambda trial: float(trial.values[position])


def _goals(study: Study) -> list[tuple[str, Target | None]]:
    """Name the goals; Optuna knows the direction of a goal only where there is no other."""
    names = study.user_attrs["metrics"]
    if len(names) == 1:
        return [(names[0], None)]
    return [(name, _goal(position)) for position, name in enumerate(names)]


def _front(study: Study) -> Panel | None:
    names = study.user_attrs["metrics"]
    if not 2 <= len(names) <= 3:
        return None
    figure = optuna.visualization.plot_pareto_front(study, target_names=names)
    note = "No trial of the front is better than another in all goals: choose one by its number."
    return Panel(title="Pareto front", figures=(_json(figure),), note=note)


def _histories(study: Study) -> Panel:
    draw = optuna.visualization.plot_optimization_history
    figures = [_json(draw(study, target=target, target_name=name)) for name, target in _goals(study)]
    note = "Pruned and failed trials are not shown: they have no score."
    return Panel(title="History", figures=tuple(figures), note=note)


def _importances(study: Study) -> Panel | None:
    if not importances(study):
        return None
    goal = study.user_attrs["metrics"][0]
    figure = optuna.visualization.plot_param_importances(study, target=_goal(0), target_name=goal)
    note = f"Shares of what {goal} varies by among the better trials (PED-ANOVA); a guide, not a proof."
    return Panel(title="Importances", figures=(_json(figure),), note=note)


def _slices(study: Study) -> list[Panel]:
    def draw(name: str, goal: str, target: Target | None) -> str:
        figure = optuna.visualization.plot_slice(study, params=[name], target=target, target_name=goal)
        return _json(figure.update_traces(marker_showscale=False))  # the scale takes half the room

    names = dict.fromkeys(name for trial in finished_trials(study) for name in trial.params)
    goals = _goals(study) if names else []
    return [
        Panel(
            title="Slices" if len(goals) == 1 else f"Slices: {goal}",
            figures=tuple(draw(name, goal, target) for name in names),
            note="Each point is a trial, the darker the later.",
        )
        for goal, target in goals
    ]


def _parallel(study: Study) -> Panel | None:
    trials = finished_trials(study)
    # A trial is a line through all axes: parameters that only some trials have cannot be one.
    shared = [name for name in trials[0].params if all(name in trial.params for trial in trials)]
    if len(shared) < 2 or len(trials) < 2:
        return None
    options = {"target_name": study.user_attrs["metrics"][0]} if len(study.directions) == 1 else {}
    figure = optuna.visualization.plot_parallel_coordinate(study, params=shared, **options)
    note = "" if len(trials) <= LINES else f"The {LINES // 2} best trials, and as many of the others."
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    figure.data = _thinned(lines) + [trace for trace in figure.data if trace.mode != "lines"]
    return Panel(title="Parallel coordinates", figures=(_json(figure),), note=note)


def _intermediate(study: Study) -> Panel | None:
    if not any(trial.intermediate_values for trial in study.get_trials(deepcopy=False)):
        return None
    figure = optuna.visualization.plot_intermediate_values(study)
    figure.update_layout(
        showlegend=False, xaxis_title="epoch or fold", yaxis_title=study.user_attrs["metrics"][0]
    )
    n_lines = len(figure.data)
    figure.data = _thinned(list(figure.data))
    note = "A line that ends early is a trial that was pruned."
    if n_lines > LINES:
        note += f" {LINES} of {n_lines} trials are shown."
    return Panel(title="Intermediate values", figures=(_json(figure),), note=note)


def _thinned(lines: list[Any]) -> list[Any]:
    """Keep the last ones, which are drawn on top, and some of the others, evenly spread."""
    if len(lines) <= LINES:
        return lines
    half = LINES // 2
    others = lines[:-half]
    return [others[i * len(others) // half] for i in range(half)] + lines[-half:]


def _json(figure: "Figure") -> str:
    """Fit a figure to its place on the page; the heading stands above it."""
    ink, lines = "#5b6b7b", "#e3e8ed"
    figure.update_layout(
        template=None,
        title=None,
        height=380,
        margin={"l": 60, "r": 20, "t": 30, "b": 50},
        font={"color": ink},
        legend={"orientation": "h", "y": 1.12},
    )
    figure.update_xaxes(gridcolor=lines, linecolor=lines, zerolinecolor=lines)
    figure.update_yaxes(gridcolor=lines, linecolor=lines, zerolinecolor=lines)
    return str(figure.to_json())
