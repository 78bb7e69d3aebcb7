"""The winner of a search through the real pipeline: an experiment with a lock, metrics and a name."""

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import typer
from optuna.study import Study
from optuna.trial import FrozenTrial

from retrace.core.errors import RetraceError
from retrace.evaluation.intervals import number_text
from retrace.tools.repository.experiments import (
    check_known_to_git,
    run_experiment,
    unchanged_workspace,
    validation_scores,
)
from retrace.tools.repository.git import experiments
from retrace.tools.repository.stages import read_stages
from retrace.tools.search.confirmation import (
    Confirmation,
    confirm,
    load_confirmation,
    save_confirmation,
)
from retrace.tools.search.results.files import write_results
from retrace.tools.search.results.summary import (
    baseline_trial,
    goal_names,
    overrides_of,
    same,
    states,
)
from retrace.tools.search.setup import Prepared
from retrace.tools.search.study.studies import best_trial, ranked

LOGS = Path(".retrace/search")

NOT_CONFIRMED = 3

# Hydra reads these words otherwise than as text.
NO_TEXT = ("null", "true", "false", "nan", "inf")


def apply(prepared: Prepared) -> int:
    """Confirm a trial, write that down in the folder of results, and run it in the pipeline.

    Returns
    -------
    int
        The exit status: 0, or 3 where it was not confirmed and did not run.

    Raises
    ------
    RetraceError
        There is no such trial, or the pipeline failed.
    """
    study, options = prepared.opened.study, prepared.options
    trial, baseline = chosen(study, options.trial), baseline_trial(study)
    assert baseline is not None  # `prepare` adds one
    if same(trial, baseline):
        typer.echo(f"trial {trial.number} is what params.yaml has: there is nothing to apply")
        return 0
    confirmation = load_confirmation(study, trial.number, baseline.number)
    # Asked again, luck does not get a second chance.
    if confirmation is None or confirmation.n_splits != options.splits:
        confirmation = _confirm(prepared, trial, baseline)
        save_confirmation(study, trial.number, confirmation, baseline.number)
    typer.echo(confirmation.sentence)
    write_results(study, prepared.folder)
    if not confirmation.confirmed and not options.force:
        typer.echo("not applied: `--force` applies it all the same")
        return NOT_CONFIRMED
    name = experiment_name(study, trial)
    scores = run_in_pipeline(name, trial)
    typer.echo(_sentence(study, trial, name, scores))
    typer.echo(f"keep it: `dvc exp apply {name}` puts it into the workspace,")
    typer.echo(f"         `dvc exp branch {name} BRANCH` makes it a branch")
    return 0


def chosen(study: Study, number: int | None) -> FrozenTrial:
    """Return the trial to apply.

    Raises
    ------
    RetraceError
        It has no score, or there are several goals and none was named.
    """
    finished = {trial.number: trial for trial in ranked(study)}
    trial = best_trial(study) if number is None else finished.get(number)
    if trial is not None:
        return trial
    name = f"study '{study.study_name}'"
    if not finished:
        raise RetraceError(f"{name} has no finished trial: there is nothing to apply")
    listed = ", ".join(map(str, list(finished)[:20]))
    if number is None:
        raise RetraceError(
            f"{name} has {len(study.directions)} goals, so no single best trial: name one of its front,"
            f" as in --trial {next(iter(finished))} (the front: {listed})"
        )
    what = "on the front" if len(study.directions) > 1 else "finished"
    raise RetraceError(f"--trial: trial {number} of {name} is not {what}; allowed: {listed}")


def run_in_pipeline(name: str, trial: FrozenTrial) -> dict[str, float]:
    """Run a trial's settings as a DVC experiment that leaves the workspace alone.

    Returns
    -------
    dict
        The scores of the validation part.

    Raises
    ------
    RetraceError
        The pipeline failed, or a file that it needs is not known to Git.
    """
    overrides = [override(key, value) for key, value in overrides_of(trial).items()]
    check_known_to_git({dep.path for stage in read_stages() for dep in stage.dependencies})
    options = " ".join(f"-S {shlex.quote(each)}" for each in overrides)
    typer.echo(f"dvc exp run --temp --name {name} {options}")
    with unchanged_workspace():
        failure = run_experiment(name, overrides, LOGS / f"{name}.log", kept="the study is kept")
    if failure:
        raise RetraceError(f"the pipeline failed: {failure.said} (log: {failure.log})")
    return validation_scores([name])[name]


def experiment_name(study: Study, trial: FrozenTrial) -> str:
    """Name an experiment after the study; one of that name that is there already keeps it."""
    best = best_trial(study)
    what = "best" if best and best.number == trial.number else f"trial-{trial.number}"
    name = re.sub(r"[^\w-]+", "-", f"{study.study_name}-{what}").strip("-")
    taken, n, free = {each.name for each in experiments()}, 2, name
    while free in taken:
        free, n = f"{name}-{n}", n + 1
    return free


def override(name: str, value: object) -> str:
    """Write a value for ``dvc exp run -S``, so that params.yaml holds the very same one."""
    return f"{name}={_in_hydras_words(value)}"


def _in_hydras_words(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_in_hydras_words, value))}]"
    if not isinstance(value, str):
        return json.dumps(value)
    if re.fullmatch(r"[A-Za-z_]\w*", value) and value.lower() not in NO_TEXT:
        return value
    text = value.replace("${", "\\${")
    text = re.sub(r"(\\*)'", lambda match: match[1] * 2 + "\\'", text)
    return "'" + re.sub(r"\\+$", lambda match: match[0] * 2, text) + "'"


def _confirm(prepared: Prepared, trial: FrozenTrial, baseline: FrozenTrial) -> Confirmation:
    study, n_splits = prepared.opened.study, prepared.options.splits
    seconds = sum(each.user_attrs.get("seconds", 0) for each in (trial, baseline))
    seconds /= study.user_attrs.get("folds") or 1
    typer.echo(
        f"fitting trial {trial.number} and the baseline on {n_splits} fresh splits: {2 * n_splits} fits,"
        f" about {n_splits * seconds:.0f} s one after another"
    )
    return confirm(
        prepared.problem,
        overrides_of(trial),
        overrides_of(baseline),
        prepared.evaluator,
        seed=study.user_attrs["seed"],
        n_splits=n_splits,
        n_trials=sum(states(study).values()),
    )


def _sentence(study: Study, trial: FrozenTrial, name: str, scores: Mapping[str, float]) -> str:
    metric = goal_names(study)[0]
    ours, seen = scores[metric], trial.values[0]
    said = f"{name}: the pipeline scores {metric}"
    if folds := study.user_attrs.get("folds"):
        mean = f"the search saw {number_text(seen)}, the mean of {folds} folds"
        return f"{said} {number_text(ours)} on the validation part; {mean}"
    if ours == seen:
        return f"{said} {number_text(ours)}, as the search saw"
    where = trial.user_attrs.get("worker") or "the machine that ran it"
    return (
        f"{said} {ours}, but the search saw {seen} on {where}: another kind of CPU, or other"
        " versions there, give other bits (docs/reproducibility.md)"
    )
