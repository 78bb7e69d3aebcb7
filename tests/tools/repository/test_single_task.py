"""What a job of a cluster runs in place of DVC's workers; tests/tools/submission has whole queues."""

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import open_repository
from retrace.tools.repository.experiment_queue import read_queue, select
from retrace.tools.repository.single_task import run_task, settle


@pytest.mark.slow
def test_an_experiment_runs_and_leaves_the_queue_and_an_unknown_one_is_refused(pipeline, capfd):
    pipeline.dvc("exp", "run", "--queue", "-n", "wide", "-S", "models.logistic_regression.C=3")
    with pipeline.at_home():
        with pytest.raises(RetraceError, match="no experiment fffffff waits in the queue"):
            run_task("f" * 40)
        with open_repository(notes=True) as repo:
            (task,) = select(read_queue(repo), "queued")
        run_task(task.key)
        assert "Running stage 'train'" in capfd.readouterr().out
        with open_repository(notes=True) as repo:
            settle(repo, {task.key: False})
            assert [each.name for each in select(read_queue(repo), "queued")] == ["wide"]
            settle(repo, {task.key: True})
            assert not select(read_queue(repo), "queued")
    assert "wide" in pipeline.run("git", "for-each-ref", "refs/exps").stdout
