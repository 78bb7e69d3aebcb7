import os
import signal
import subprocess
import time

import pytest

from project import ROOT, warm_python
from retrace.core.errors import RetraceError
from retrace.tools.search.study.studies import add_baseline, finished_trials
from retrace.tools.search.trials.evaluating import Outcome
from searches import FLAT, SMALL, objective, open_study, run_search, told

SEARCHERS = """
import os, sys, time
import optuna.samplers
sys.path.insert(0, "tests")
from searches import objective, open_study, run_search
where, trials, seconds, n = sys.argv[1], *map(float, sys.argv[2:])
def slow(*arguments):
    time.sleep(seconds)
    return objective(*arguments)
for _ in range(int(n) - 1):
    if not os.fork():  # what they import costs a second each
        break
run_search(open_study(where), int(trials), function=slow)
while True:
    try:
        assert os.wait()[1] == 0
    except ChildProcessError:
        break
"""


def start_searchers(where, trials, seconds, n=1):
    """Start one program, of several processes that begin to search at the same time."""
    program = where.with_name("searchers.py")
    program.write_text(SEARCHERS)
    path = f"{ROOT / 'src'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    return subprocess.Popen(
        [warm_python(), program, *map(str, (where, trials, seconds, n))],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
    )


def test_the_study_has_as_many_trials_as_asked_for(tmp_path):
    opened = open_study(tmp_path / "j")
    assert run_search(opened, 3) == ("the study has 3 trials", [0, 1, 2])
    assert run_search(opened, 5) == ("the study has 5 trials", [3, 4])
    assert run_search(opened, 5) == ("the study has 5 trials", [])


def test_no_trial_begins_after_the_time(tmp_path):
    assert run_search(open_study(tmp_path / "j"), 5, timeout=0)[0] == "the time is up"


def test_an_interrupted_search_goes_on_as_if_it_had_not_been(tmp_path):
    whole = open_study(tmp_path / "whole")
    run_search(whole, 14)

    def interrupted(overrides, report):
        if len(finished_trials(opened.study)) == 12:
            raise KeyboardInterrupt
        return objective(overrides, report)

    opened = open_study(tmp_path / "parts")
    with pytest.raises(KeyboardInterrupt):
        run_search(opened, 14, function=interrupted)
    assert told(opened)[-1][1] == "WAITING"
    run_search(open_study(tmp_path / "parts"), 14)
    assert told(opened) == told(whole)


@pytest.mark.slow
def test_a_killed_searcher_loses_only_what_ran(tmp_path):
    whole = open_study(tmp_path / "whole")
    run_search(whole, 12)
    opened = open_study(tmp_path / "killed")
    process = start_searchers(tmp_path / "killed", 12, 0.2)
    while [(state, bool(setting)) for _, state, setting, _ in told(opened)][3:] != [("RUNNING", True)]:
        time.sleep(0.02)
    _, pid, _ = opened.trials()[-1].user_attrs["searcher"].split(":")
    os.kill(int(pid), signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert told(opened)[-1][1] == "RUNNING"
    run_search(opened, 12)
    assert told(opened) == told(whole)


@pytest.mark.slow
def test_several_searchers_neither_overshoot_nor_double(tmp_path):
    opened = open_study(tmp_path / "j")
    assert start_searchers(tmp_path / "j", 12, 0.05, n=3).wait() == 0
    done = finished_trials(opened.study)
    assert len(done) == 12
    assert len({str(trial.user_attrs["overrides"]) for trial in done}) == 12
    assert len({trial.user_attrs["searcher"] for trial in done}) > 1


def test_an_equal_setting_is_not_computed_again(tmp_path):
    computed = []

    def counted(overrides, report):
        computed.append(str(overrides))
        return objective(overrides, report)

    opened = open_study(tmp_path / "j", SMALL)
    run_search(opened, 30, SMALL, counted)
    assert len(computed) == len(set(computed)) <= 6
    trials = finished_trials(opened.study)
    assert len(trials) == 30
    for trial in trials:
        if "copy_of" in trial.user_attrs:
            assert trial.values == trials[trial.user_attrs["copy_of"]].values


def test_a_search_ends_when_all_settings_have_been_tried(tmp_path):
    opened = open_study(tmp_path / "j", SMALL)
    why, shown = run_search(opened, 30, SMALL, settings=SMALL.grid(0), sampler="grid")
    assert (why, len(shown)) == ("all 6 settings have been tried", 6)


def test_a_search_ends_when_all_fail(tmp_path):
    def fail(*_):
        return Outcome(values=None, error="models.svm.C is too large for this data")

    opened = open_study(tmp_path / "j")
    with pytest.raises(RetraceError, match=r"the first 5 trials failed: models.svm.C is too large"):
        run_search(opened, 30, function=fail)
    with pytest.raises(RetraceError, match="the first 6 trials failed"):
        run_search(opened, 30, function=fail)


def test_one_failure_is_not_the_end(tmp_path):
    def fail_linear(overrides, report):
        if overrides["models.svm.kernel"] == "linear":
            return Outcome(values=None, error="no")
        return objective(overrides, report)

    opened = open_study(tmp_path / "j")
    run_search(opened, 12, function=fail_linear)
    assert {state for _, state, *_ in told(opened)} == {"COMPLETE", "FAIL"}


def by_epoch(overrides, report):
    """Grow towards a score of which the first epochs tell the order."""
    (goal,) = objective(overrides, report).values
    for epoch in range(1, 11):
        if report(epoch, goal * epoch / 10):
            return Outcome(values=None, pruned=True)
    return Outcome(values=(goal,))


def test_those_that_fall_behind_are_stopped_but_never_the_baseline(tmp_path):
    opened = open_study(tmp_path / "j", pruner="median")
    run_search(opened, 8, function=by_epoch)
    worst = {"models.svm.C": 0.001, "models.svm.kernel": "linear"}
    add_baseline(opened, FLAT, worst)
    run_search(opened, 20, function=by_epoch)
    found = told(opened)
    assert "PRUNED" in {state for _, state, *_ in found}
    assert ("COMPLETE", worst) in [(state, overrides) for _, state, overrides, _ in found]


def test_a_full_study_scores_what_params_has_now(tmp_path):
    opened = open_study(tmp_path / "j")
    run_search(opened, 3)
    add_baseline(opened, FLAT, {"models.svm.C": 0.001, "models.svm.kernel": "linear"})
    why, shown = run_search(opened, 3)
    assert (why, len(shown)) == ("the study has 4 trials", 1)


def test_pruning_is_the_same_after_an_interruption(tmp_path):
    whole = open_study(tmp_path / "whole", pruner="median")
    run_search(whole, 15, function=by_epoch)

    def interrupted(overrides, report):
        (goal,) = objective(overrides, report).values
        for epoch in range(1, 11):
            if epoch == 5 and len(opened.trials()) > 7:
                raise KeyboardInterrupt
            if report(epoch, goal * epoch / 10):
                return Outcome(values=None, pruned=True)
        return Outcome(values=(goal,))

    opened = open_study(tmp_path / "parts", pruner="median")
    with pytest.raises(KeyboardInterrupt):
        run_search(opened, 15, function=interrupted)
    run_search(open_study(tmp_path / "parts", pruner="median"), 15, function=by_epoch)
    assert told(opened) == told(whole)
    assert [trial.intermediate_values for trial in opened.trials()] == [
        trial.intermediate_values for trial in whole.trials()
    ]
