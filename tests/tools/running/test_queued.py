import pytest

from retrace.core.errors import RetraceError
from retrace.tools.repository.experiment_queue import Task
from retrace.tools.running.queued import _conclude


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
