import dataclasses
import functools
import pickle

import numpy as np
import pytest

pytest.importorskip("optuna")

from made_studies import made, make_study
from retrace.cleaning.cleaners import clean
from retrace.readers import read
from retrace.splitting.methods import split_rows
from retrace.tools.repository.overrides import override_params
from retrace.tools.search.confirmation import (
    confirm,
    load_confirmation,
    save_confirmation,
    score_refit,
)
from retrace.tools.search.trials.evaluating import LocalEvaluator, Outcome
from retrace.tools.search.trials.scoring import Problem


@pytest.fixture(scope="module")
def wine(params, examples):
    """Scoring an svm on wine, as a search does."""
    dataset = clean(read("wine", examples), params.preprocess)
    rows = split_rows(dataset, params.split)
    parts = {
        part: dataset.take(rows[name])
        for part, name in (("training", "train"), ("validation", "validation"))
    }
    return Problem(
        params=dataclasses.replace(params, data="wine", model="svm"), goals=("accuracy",), **parts
    )


POOR = {"models.svm.C": 1.0, "models.svm.kernel": "sigmoid", "models.svm.gamma": 30.0}
GOOD = {"models.svm.C": 1.0, "models.svm.gamma": "scale"}


class Scripted:
    """Answers jobs from a function, three at once and in another order than asked."""

    def __init__(self, objective, outcome):
        self.outcome, self.waiting = outcome, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def slots(self):
        return 3

    def submit(self, number, job):
        assert len(self.waiting) < 3
        self.waiting.append((number, job))

    def listen(self, seconds, judge):
        number, job = self.waiting.pop()
        assert not judge(number, 1, 0.5)
        return number, self.outcome(job)


def scripted(outcome):
    return functools.partial(Scripted, outcome=outcome)


def by_side(best, baseline=0.8):
    """Return an outcome for each job; the splits scatter."""

    def outcome(job):
        scattered = best + 0.002 * (job["split"] * 7 % 5)
        return Outcome(values=(scattered if job["setting"] == GOOD else baseline,))

    return outcome


@pytest.fixture(scope="module")
def gain(wine):
    return confirm(wine, GOOD, POOR, LocalEvaluator, seed=0, n_splits=5)


def test_a_real_gain_is_confirmed(gain):
    assert gain.confirmed
    assert gain.sentence.startswith(
        "confirmed: better than the baseline on 5 fresh splits and seeds: accuracy +0.1"
    )
    assert min(gain.scores["best"]) > max(gain.scores["baseline"])


def test_the_same_settings_are_not_better_than_themselves(wine):
    found = confirm(wine, GOOD, GOOD, LocalEvaluator, seed=0, n_splits=5, n_trials=30)
    assert not found.confirmed
    assert found.scores["best"] == found.scores["baseline"]
    assert "the best of 30 trials looked better by luck, or by too little to tell" in found.sentence


def test_asked_again_it_says_the_same_and_another_seed_takes_other_splits(wine, gain):
    again, other = (confirm(wine, GOOD, POOR, LocalEvaluator, seed=s, n_splits=5) for s in (0, 1))
    assert gain == again
    assert gain.scores != other.scores


def test_seeds_are_none_that_the_search_used_and_both_sides_share_them(wine):
    seen = []

    def keep_refits(objective):
        seen.extend(objective.args)
        return Scripted(objective, by_side(0.9))

    confirm(wine, GOOD, POOR, keep_refits, seed=0)
    problem, splits, seeds = seen
    assert len(set(seeds)) == 10
    assert not {0, wine.params.seed, wine.params.split.seed} & set(seeds)
    n_rows = len(wine.training) + len(wine.validation)
    assert {len(fitted) + len(judged) for fitted, judged in splits} == {n_rows}
    assert len(problem.training) == n_rows


def test_a_refit_can_be_sent_to_another_process_and_takes_its_own_seed(wine):
    forest = dataclasses.replace(
        wine, params=override_params(wine.params, {"models.random_forest.n_estimators": 3})
    )
    forest = dataclasses.replace(
        forest, params=dataclasses.replace(forest.params, model="random_forest")
    )
    rows = np.arange(len(wine.training))
    refit = functools.partial(score_refit, forest, [(rows[20:], rows[:20])] * 2, [1, 2])
    sent = pickle.loads(pickle.dumps(refit))
    outcomes = [sent({"split": split, "setting": {}}, lambda *_: False) for split in (0, 1, 0)]
    losses = [outcome.attributes["scores"]["log_loss"] for outcome in outcomes]
    assert losses[0] == losses[2] != losses[1]


def test_jobs_run_side_by_side_and_none_is_stopped(wine):
    found = confirm(wine, GOOD, POOR, scripted(by_side(0.85)), seed=0)
    assert found.confirmed
    assert len(found.scores["best"]) == len(found.scores["baseline"]) == 10
    assert set(found.scores["baseline"]) == {0.8}


def test_a_winner_that_is_worse_is_said_to_be(wine):
    found = confirm(wine, GOOD, POOR, scripted(by_side(0.7)), seed=0, n_trials=300)
    assert found.sentence.startswith(
        "not confirmed: the best of 300 trials looked better by luck; it is worse"
    )


def test_of_a_loss_less_is_better(wine):
    task = dataclasses.replace(wine, goals=("log_loss", "seconds"))
    assert confirm(task, GOOD, POOR, scripted(by_side(0.5)), seed=0).confirmed


def test_a_winner_that_fails_once_is_not_confirmed(wine):
    def outcome(job):
        if job == {"split": 3, "setting": GOOD}:
            return Outcome(values=None, error="ModelError: no luck")
        return by_side(0.9)(job)

    found = confirm(wine, GOOD, POOR, scripted(outcome), seed=0)
    assert not found.confirmed
    assert (
        found.sentence
        == "not confirmed: the best settings fail on 1 of 10 fresh splits: ModelError: no luck"
    )


def test_a_baseline_that_fails_now_and_then_leaves_the_other_pairs(wine):
    def outcome(job):
        failed = job["setting"] == POOR and job["split"] < 3
        return Outcome(values=None, error="no luck") if failed else by_side(0.9)(job)

    found = confirm(wine, GOOD, POOR, scripted(outcome), seed=0)
    assert found.confirmed
    assert "on 7 fresh splits" in found.sentence


def test_a_study_remembers(wine, tmp_path):
    study = make_study(made(0.8), made(0.9), storage=f"sqlite:///{tmp_path}/study.db")
    found = confirm(wine, GOOD, POOR, scripted(by_side(0.9)), seed=0)
    assert load_confirmation(study, 1) is None
    save_confirmation(study, 1, found)
    assert load_confirmation(study, 1) == found
