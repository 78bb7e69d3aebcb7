"""Whether a task is left behind; in test_queue.py a worker is ended and its task queued again."""

import pytest

from retrace.tools.repository import queue_recovery
from retrace.tools.repository.experiment_queue import Task


@pytest.mark.parametrize(
    ("answers", "found"), [([False, False, False], ["fox"]), ([False, False, True], []), ([True], [])]
)
def test_a_task_is_left_behind_where_no_worker_answers(monkeypatch, answers, found):
    tasks = [Task(key=name, name=name, state=state) for name, state in STATES.items()]
    monkeypatch.setattr(queue_recovery, "has_workers", lambda repo: answers.pop(0))
    monkeypatch.setattr(queue_recovery, "read_queue", lambda repo: tasks)
    assert [task.name for task in queue_recovery.left_behind(None)] == found


STATES = {"owl": "done", "cat": "failed", "fox": "running", "bee": "queued"}
