import dataclasses
import json
from datetime import date
from types import SimpleNamespace

import pytest

from retrace.tools.dashboard.runs import Run, merged, run_from, same_run_once, unfinished


def state(**fields):
    """Return what DVC tells of a revision."""
    told = {"params": {}, "metrics": {}, "outs": {}, "timestamp": None}
    return SimpleNamespace(rev="a" * 40, error=None, data=SimpleNamespace(**told | fields))


def test_hyperparameters_of_other_models_are_left_out():
    params = {"model": "svm", "models": {"svm": {"C": 1}, "knn": {"n_neighbors": 5}}}
    run = run_from(state(params={"params.yaml": {"data": params}}))
    assert run.params == {"model": "svm", "models.svm.C": 1}


def test_only_finite_numbers_are_scores():
    metrics = {"validation": {"accuracy": 0.5, "note": "x", "ok": True, "log_loss": float("nan")}}
    run = run_from(state(metrics={"metrics.json": {"data": metrics}}))
    assert run.metrics == {"validation.accuracy": 0.5}
    assert run.has_scores


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (float("inf"), "inf"),
        (date(2020, 1, 1), "2020-01-01"),
        ([float("nan"), {"a": 1}], ["nan", {"a": 1}]),
        ("\ud800", "\\ud800"),
        (b"\xff", "b'\\xff'"),
    ],
)
def test_values_that_json_does_not_know_are_shown_as_text(value, shown):
    data = {"params.yaml": {"data": {"seed": value}}}
    run = run_from(state(params=data, metrics={"metrics.json": {"data": {"test": {"a": 10**400}}}}))
    assert run.params == {"seed": shown}
    assert not run.metrics
    json.dumps(run.params, allow_nan=False).encode()


def test_a_damaged_metrics_file_is_told_in_one_line():
    run = run_from(state(metrics={"metrics.json": {"error": {"msg": "no\n  JSON"}}}))
    assert (run.state, run.note, run.has_scores) == ("no metrics", "no JSON", False)


def test_a_revision_that_dvc_cannot_read_is_listed():
    broken = SimpleNamespace(rev="b" * 40, data=None, error=SimpleNamespace(msg="dvc.yaml is broken"))
    assert run_from(broken).note == "dvc.yaml is broken"


def test_outputs_in_the_cache_are_told_from_those_that_were_not_pulled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dvc/cache/files/md5/aa").mkdir(parents=True)
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n")
    (tmp_path / ".dvc/cache/files/md5/aa" / ("a" * 30)).touch()
    outs = {name: SimpleNamespace(hash=name[0] * 32) for name in ("a pulled", "b elsewhere")}
    run = run_from(state(outs=outs))
    assert set(run.hashes) == {"a pulled", "b elsewhere"}
    assert set(run.files) == {"a pulled"}


def test_an_experiment_that_became_a_branch_is_one_run():
    branch = Run(revision="a")
    experiment = Run(revision="a", experiment="quick-fox", started_from="b")
    assert merged([branch, experiment]) == [experiment]
    assert merged([experiment, branch]) == [experiment]


def test_a_failed_run_has_not_the_metrics_of_what_it_started_from():
    run = unfinished(Run(revision="a", metrics={"validation.accuracy": 1}), "failed", "why")
    assert (run.metrics, run.state, run.has_scores) == ({}, "failed", False)


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"experiment": "fox", "branches": ("main",)}, "fox"),
        ({"branches": ("main",), "tags": ("v1",)}, "main"),
        ({"tags": ("v1",)}, "v1"),
        ({}, "abcdefa"),
    ],
)
def test_a_run_is_called_what_people_call_it(fields, label):
    assert Run(revision="abcdefabcdef", **fields).label == label


def test_a_run_that_several_commits_hold_is_one_row_with_all_their_names():
    run = Run(revision="a" * 40, metrics={"validation.accuracy": 1.0}, hashes={"out": "1"})
    held = [
        dataclasses.replace(run, experiment="wide"),
        dataclasses.replace(run, revision="b" * 40, branches=("topic",), tags=("v1",)),
        dataclasses.replace(run, revision="c" * 40, branches=("main",)),
        dataclasses.replace(run, revision="workspace"),
        dataclasses.replace(run, revision="d" * 40, hashes={"out": "2"}),
    ]
    once, other = same_run_once(held)
    assert (once.label, once.branches, once.tags) == ("main", ("main", "topic"), ("v1",))
    assert once.same_experiments == ("wide",)
    assert once.same_revisions == ("b" * 40, "a" * 40, "workspace")
    assert other is held[-1]


def test_runs_without_scores_stay_apart():
    failed = [Run(revision=name * 40, state="failed") for name in "ab"]
    assert same_run_once(failed) == failed
