from types import SimpleNamespace

import pytest

from retrace.tools.repository import experiment_queue
from retrace.tools.repository.experiment_queue import Task, explain_failures, follow, progress, select


def task(name, state, log=None):
    return Task(key=f"{name}0000000", name=name, state=state, log=log)


TASKS = [task("owl", "done"), task("cat", "failed"), task("fox", "running"), task("bee", "queued")]


def test_progress_names_what_failed_and_what_runs():
    assert progress(TASKS) == "2 of 4 finished, 1 failed (cat); running: fox"
    assert progress([task("owl", "queued")]) == "0 of 1 finished"


def test_tasks_are_selected_by_their_state():
    assert [found.name for found in select(TASKS, "queued")] == ["bee"]


def test_a_failure_is_explained_by_the_last_words_of_the_stage(tmp_path):
    log = tmp_path / "cat.out"
    log.write_text("error: no such column\n\nERROR: failed to reproduce 'train': exited with 1\n")
    assert explain_failures([task("cat", "failed", log)], tmp_path) == [
        "cat failed: error: no such column",
        f"its log: {log} (`dvc queue logs cat0000`)",
    ]


def test_a_failure_before_the_run_points_at_the_workers(tmp_path):
    said = explain_failures([task("cat", "failed")], tmp_path)
    assert said == [f"cat failed before it ran: see {tmp_path}/*.out"]


def test_an_empty_log_is_called_empty(tmp_path):
    (tmp_path / "cat.out").touch()
    assert (
        "nothing in its log"
        in explain_failures([task("cat", "failed", tmp_path / "cat.out")], tmp_path)[0]
    )


@pytest.fixture
def watched(monkeypatch):
    """Let `follow` see one snapshot of the queue after another, the last for ever, and no worker."""
    # A worker that dies cannot be had in a test without waiting a minute for it.
    seen = SimpleNamespace(snapshots=[], started=0)

    def read(repo):
        return seen.snapshots.pop(0) if len(seen.snapshots) > 1 else seen.snapshots[0]

    def start(jobs):
        seen.started += 1
        seen.snapshots = [[task("bee", "done")]]

    monkeypatch.setattr(experiment_queue, "read_queue", read)
    monkeypatch.setattr(experiment_queue, "has_workers", lambda repo: False)
    monkeypatch.setattr(experiment_queue, "start_workers", start)
    return seen


def test_following_ends_when_nothing_waits_or_runs(watched):
    watched.snapshots = [[task("bee", "queued")], [task("bee", "running")], [task("bee", "failed")]]
    states = [tasks[0].state for tasks in follow(None, 1, set(), pause=0)]
    assert states == ["queued", "running", "failed"]


def test_tasks_of_an_earlier_run_are_left_out(watched):
    watched.snapshots = [[task("owl", "failed"), task("bee", "done")]]
    assert [[found.name for found in tasks] for tasks in follow(None, 1, {"owl0000000"}, pause=0)] == [
        ["bee"]
    ]


def test_workers_that_stopped_too_early_are_started_again(watched):
    watched.snapshots = [[task("bee", "queued")]]
    *_, last = follow(None, 1, set(), pause=0)
    assert (watched.started, last[0].state) == (1, "done")


def test_a_task_whose_worker_is_gone_has_failed(watched):
    watched.snapshots = [[task("bee", "running")]]
    *_, last = follow(None, 1, set(), pause=0)
    assert (watched.started, last[0].state) == (0, "failed")
