import os
import socket
import subprocess
import time

import pytest

from retrace.tools.search.running import SURPLUS
from retrace.tools.search.study.studies import (
    add_baseline,
    ask,
    begun,
    best_trial,
    finished_trials,
    heartbeat,
    is_alive,
    put_back_orphans,
    tell,
    this_searcher,
)
from retrace.tools.search.trials.evaluating import Outcome
from searches import FLAT, open_study, told

BASELINE = {"models.svm.C": 1e6, "models.svm.kernel": "rbf", "models.svm.gamma": "scale"}


@pytest.fixture
def opened(tmp_path):
    return open_study(tmp_path / "j")


def test_the_baseline_is_trial_0_also_outside_the_space(opened):
    add_baseline(opened, FLAT, BASELINE)
    add_baseline(opened, FLAT, BASELINE)
    trial, overrides = ask(opened, FLAT)
    assert (trial.number, overrides) == (0, BASELINE)
    assert trial.params == {"models.svm.kernel": "rbf"}
    assert len(opened.trials()) == 1


def test_other_values_in_params_become_another_baseline(opened):
    add_baseline(opened, FLAT, BASELINE)
    add_baseline(opened, FLAT, BASELINE | {"models.svm.C": 10.0})
    assert [trial.user_attrs["baseline"] for trial in opened.trials()] == [True, True]


def test_a_trial_carries_who_asked_and_for_what(opened):
    trial, overrides = ask(opened, FLAT)
    tell(opened, trial.number, Outcome(values=(0.5,), seconds=2.0, attributes={"scores": {"a": 0.5}}))
    found = finished_trials(opened.study)[0].user_attrs
    assert found["overrides"] == overrides
    assert (found["searcher"], found["identity"]) == (opened.searcher, "0123456789abcdef")
    assert (found["seconds"], found["scores"]) == (2.0, {"a": 0.5})


def test_of_equal_trials_the_earliest_is_best(opened):
    for value in (0.5, 0.7, 0.7):
        tell(opened, ask(opened, FLAT)[0].number, Outcome(values=(value,)))
    assert best_trial(opened.study).number == 1


def test_a_trial_is_told_once(opened):
    trial, _ = ask(opened, FLAT)
    assert tell(opened, trial.number, Outcome(values=(0.5,)))
    assert not tell(opened, trial.number, Outcome(values=(0.9,)))
    assert finished_trials(opened.study)[0].values == [0.5]


def test_trials_of_a_dead_searcher_keep_their_number_and_setting(tmp_path):
    lost = ask(open_study(tmp_path / "j", searcher="elsewhere:1:1"), FLAT)
    opened = open_study(tmp_path / "j")
    assert put_back_orphans(opened) == 1
    trial, overrides = ask(opened, FLAT)
    assert (trial.number, overrides) == (lost[0].number, lost[1])
    assert put_back_orphans(opened) == 0


def test_trials_of_a_living_searcher_are_left_alone(tmp_path):
    other = open_study(tmp_path / "j")
    ask(other, FLAT)
    assert put_back_orphans(open_study(tmp_path / "j", searcher="elsewhere:1:1")) == 0


def test_a_retired_trial_does_not_count(opened):
    trial, _ = ask(opened, FLAT)
    tell(opened, trial.number, SURPLUS)
    failed, _ = ask(opened, FLAT)
    tell(opened, failed.number, Outcome(values=None, error="no"))
    assert [state for _, state, *_ in told(opened)] == ["FAIL", "FAIL"]
    assert [each.number for each in begun(opened.trials())] == [1]


def test_this_process_is_alive():
    assert is_alive(this_searcher(), {})


def test_a_process_that_ended_is_not():
    process = subprocess.Popen(["true"])
    process.wait()
    assert not is_alive(f"{socket.gethostname()}:{process.pid}:{int(time.time())}", {})


def test_another_process_with_the_same_number_is_another_searcher():
    assert not is_alive(f"{socket.gethostname()}:{os.getpid()}:1", {})


def test_on_another_machine_a_sign_of_life_counts():
    assert is_alive("far:1:1", {"alive far:1:1": time.time() - 30})
    assert not is_alive("far:1:1", {"alive far:1:1": time.time() - 3000})
    assert not is_alive("far:1:1", {})


def test_a_searcher_gives_its_first_sign_at_once(tmp_path):
    opened = open_study(tmp_path / "j")
    with heartbeat(opened.study, "far:1:1"):
        assert is_alive("far:1:1", opened.study.user_attrs)
