import pytest

from made_runs import MadeRuns, labelled, of_both_parts
from retrace.core.errors import RetraceError
from retrace.tools.repository.experiment_queue import Task
from retrace.tools.running.queued import _conclude, _scores


def tasks(*states):
    names = [f"run-{n}" for n in range(len(states))]
    return [
        Task(key=name, name=name, state=state, log=None)
        for name, state in zip(names, states, strict=True)
    ]


def test_what_still_waits_is_counted_with_what_came_so_far():
    with pytest.raises(RetraceError, match="goes on with the 1 that wait"):
        _conclude(tasks("done", "queued"), [])


def test_a_failed_experiment_fails_the_queue_with_its_log():
    with pytest.raises(RetraceError, match="1 of 2 experiments failed") as caught:
        _conclude(tasks("done", "failed"), ["run-1: see log"])
    assert caught.value.details == ("run-1: see log",)


def test_the_scores_of_what_ran_are_told_the_best_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("retrace.tools.running.queued.load_params", lambda: Metric())
    runs = MadeRuns(tmp_path)
    runs.commit(of_both_parts(labelled()))
    for name, right in (("worse", 0.6), ("better", 0.95)):
        runs.experiment(name, of_both_parts(labelled(right=right)), models__svm__C=right)
    assert _scores(["worse", "better", "not kept"]) == [
        "accuracy of the validation part:",
        "  better  0.9250",
        "  worse   0.5500",
    ]
    assert _scores([]) == []


class Metric:
    metric = "accuracy"
