"""Is the winner of a search really better? Both are refitted where the search has never looked.

The best of many trials was chosen for its score on rows that all trials shared, so that score is partly
luck. Fresh splits of the training and validation rows, and fresh training seeds, have no part in it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from optuna.study import Study

from retrace.tools.repository.overrides import override_params
from retrace.tools.search.trials.events import Callback, Evaluator, Finished, Objective, Outcome
from retrace.tools.search.trials.folds import Rows, fresh_seeds, fresh_splits, join
from retrace.tools.search.trials.scoring import Problem, score
from retrace.tools.significance import Comparison, compare_over_splits
from retrace.tools.significance.wording import signed

N_SPLITS = 10
MIN_SPLITS = 5  # without which there is no verdict

SIDES = ("baseline", "best")

# What a study keeps a confirmation by.
KEY = "confirmation of trial {} against {}"

MakeEvaluator = Callable[[Objective], Evaluator]


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """What the refits say of the best trial against the baseline.

    Attributes
    ----------
    sentence : str
        The verdict in one line.
    scores : dict
        Under ``"baseline"`` and ``"best"`` a score for each split; None where a fit failed.
    """

    confirmed: bool
    sentence: str
    n_splits: int
    scores: dict[str, list[float | None]]


@dataclass(frozen=True, kw_only=True)
class Refits:
    """All that refitting both sides needs; can be sent to another process.

    Attributes
    ----------
    problem : Problem
        Of the search; its training part holds all rows.
    settings : dict
        The overrides of each side.
    seeds : list of int
        Of training, one for each split.
    """

    problem: Problem
    settings: dict[str, dict[str, Any]]
    splits: list[Rows]
    seeds: list[int]


def confirm(
    problem: Problem,
    best: Mapping[str, Any],
    baseline: Mapping[str, Any],
    make_evaluator: MakeEvaluator,
    *,
    seed: int,
    n_splits: int = N_SPLITS,
    n_trials: int | None = None,
) -> Confirmation:
    """Fit the best settings and the baseline on fresh splits, and compare them split by split.

    Parameters
    ----------
    best, baseline : dict
        Overrides of params.yaml.
    seed : int
        Of the search: the seeds of splits and training follow from it, and are not its own.
    n_splits : int
        Each costs two fits.
    n_trials : int, optional
        Among how many the best was found, for the sentence.

    Raises
    ------
    DataError
        There are too few rows for so many splits.
    """
    refits = _prepare(problem, {"baseline": dict(baseline), "best": dict(best)}, seed, n_splits)
    jobs = [{"side": side, "split": split} for split in range(n_splits) for side in SIDES]
    with make_evaluator(partial(score_refit, refits)) as evaluator:
        outcomes = _evaluate(evaluator, jobs)
    # The jobs alternate: baseline, best, baseline, ...
    sides = {side: outcomes[position :: len(SIDES)] for position, side in enumerate(SIDES)}
    return _judged(refits, sides, n_trials)


def score_refit(refits: Refits, job: Mapping[str, Any], report: Callback) -> Outcome:
    """Fit and score one side on one split: ``{"side": "best", "split": 3}``."""
    fitted, judged = refits.splits[job["split"]]
    problem = refits.problem
    problem = replace(
        problem,
        params=override_params(problem.params, {"seed": refits.seeds[job["split"]]}),
        training=problem.training.take(fitted),
        validation=problem.training.take(judged),
    )
    return score(problem, refits.settings[job["side"]], report)


def save_confirmation(study: Study, number: int, confirmation: Confirmation, against: int = 0) -> None:
    """Keep a trial's confirmation against a baseline, which is a trial as well, with the study."""
    study.set_user_attr(KEY.format(number, against), asdict(confirmation))


def load_confirmation(study: Study, number: int, against: int = 0) -> Confirmation | None:
    """Return what is known of a trial's confirmation against a baseline."""
    values = study.user_attrs.get(KEY.format(number, against))
    return Confirmation(**values) if values else None


def _prepare(problem: Problem, settings: dict[str, dict[str, Any]], seed: int, n_splits: int) -> Refits:
    share = len(problem.validation) / (len(problem.training) + len(problem.validation))
    rows = join(problem.training, problem.validation)
    used = {seed, problem.params.seed, problem.params.split.seed}
    seeds = fresh_seeds(2 * n_splits, seed, used)
    splits = fresh_splits(rows, problem.params.split, seeds[:n_splits], share)
    # One goal, one fit: time and size are no matter of luck, and folds would be splits of splits.
    alone = replace(problem, training=rows, goals=problem.goals[:1], folds=None)
    return Refits(problem=alone, settings=settings, splits=splits, seeds=seeds[n_splits:])


def _evaluate(evaluator: Evaluator, jobs: list[dict[str, Any]]) -> list[Outcome]:
    """Run jobs, as many at once as there are slots; none is stopped early."""
    waiting, running = list(enumerate(jobs)), 0
    outcomes: dict[int, Outcome] = {}
    while len(outcomes) < len(jobs):
        while waiting and running < max(1, evaluator.slots()):
            evaluator.submit(*waiting.pop(0))
            running += 1
        event = evaluator.next_event(None)
        if isinstance(event, Finished):
            outcomes[event.number] = event.outcome
            running -= 1
        elif event is not None:
            evaluator.answer(event.number, False)
    return [outcomes[number] for number in range(len(jobs))]


def _judged(refits: Refits, sides: dict[str, list[Outcome]], n_trials: int | None) -> Confirmation:
    scores = {side: [each.values[0] if each.values else None for each in sides[side]] for side in SIDES}
    verdict = partial(Confirmation, n_splits=len(refits.splits), scores=scores)
    # A baseline that fails now and then is no obstacle.
    for side, allowed in (("best", 0), ("baseline", len(refits.splits) - MIN_SPLITS)):
        failed = [outcome for outcome in sides[side] if outcome.values is None]
        if len(failed) > allowed:
            where = f"{len(failed)} of {len(refits.splits)} fresh splits"
            sentence = f"not confirmed: the {side} settings fail on {where}: {failed[0].error}"
            return verdict(confirmed=False, sentence=sentence)
    pairs = [
        (was, now)
        for was, now in zip(*scores.values(), strict=True)
        if was is not None and now is not None
    ]
    sizes = np.mean([[len(part) for part in split] for split in refits.splits], axis=0)
    result = compare_over_splits(
        [was for was, _ in pairs],
        [now for _, now in pairs],
        refits.problem.goals[0],
        n_train=round(sizes[0]),
        n_test=round(sizes[1]),
    )
    return verdict(confirmed=result.verdict == "better", sentence=_sentence(result, n_trials))


def _sentence(result: Comparison, n_trials: int | None) -> str:
    evidence = signed(result.difference)
    if not math.isnan(result.interval.low):
        evidence += f" (95 % interval {signed(result.interval.low)} to {signed(result.interval.high)})"
    where = f"on {result.n_units} fresh splits and seeds: {result.metric} {evidence}"
    if result.verdict == "better":
        return f"confirmed: better than the baseline {where}"
    among = f"the best of {n_trials} trials" if n_trials else "the best trial"
    if result.verdict == "worse":
        return f"not confirmed: {among} looked better by luck; it is worse than the baseline {where}"
    reason = f"; {result.reason}" if result.reason else ""
    return f"not confirmed: {among} looked better by luck, or by too little to tell, {where}{reason}"
