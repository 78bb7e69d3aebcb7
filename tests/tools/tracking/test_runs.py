import pytest

from retrace.tools.tracking.choosing import all_experiments, chosen
from retrace.tools.tracking.records import KEY
from retrace.tools.tracking.runs import Logged, log_runs
from retrace.tools.tracking.store import ARTIFACTS, FOLDER, open_store
from retrace.tools.tracking.writing import find_run

pytestmark = pytest.mark.slow


@pytest.fixture
def log():
    def log_chosen(*names, everything=False):
        choices = chosen(list(names), everything)
        with open_store() as store:
            return log_runs(store, choices)

    return log_chosen


def test_all_experiments_are_logged_by_one_command_and_then_nothing_is(runs, log, logged):
    runs.commit(runs.rows())
    for number in range(8):
        runs.experiment(f"exp-{number}", runs.rows(0.6 + number / 30), models__svm__C=number + 2.0)
    assert log(everything=True) == Logged(new=9)
    assert log(everything=True) == Logged(known=9)
    found = logged()
    assert len(found) == 9
    assert found["exp-7"].data.params["models.svm.C"] == "9.0"
    assert found["exp-4"].data.tags["verdict.metric"] == "validation accuracy"


def test_a_verdict_is_against_the_commit_that_the_experiment_started_from(runs, log, logged):
    start = runs.commit(runs.rows(0.6))
    runs.experiment("good", runs.rows(0.95, seed=1), models__svm__C=2.0)
    log("main", "good")
    tags = logged()["good"].data.tags
    assert tags["verdict"] == "better"
    assert start[:12] in tags["verdict.against"]
    assert "verdict" not in logged()["main"].data.tags


def test_the_same_lock_is_one_run_whatever_it_is_called(runs, log, logged):
    runs.commit(runs.rows())
    runs.git("tag", "v1")
    runs.write("README.md", "words")
    runs.git("add", "-A")
    runs.git("commit", "-q", "-m", "words")
    assert log(everything=True) == Logged(new=1, known=1)


def test_a_run_of_the_workspace_learns_its_commit_later(runs, log, logged):
    runs.commit(runs.rows())
    runs.write(".dvcignore", "")
    runs.git("add", "-A")
    with open_store() as store:
        from retrace.tools.repository.git import find_tree
        from retrace.tools.tracking.choosing import Choice

        log_runs(store, [Choice(tree=find_tree("workspace"), base="main")])
    assert logged()["workspace"].data.tags["retrace.kind"].startswith("workspace")
    assert log("main") == Logged(known=1)
    assert logged()["main"].data.tags["retrace.kind"] == "commit"


def test_files_that_come_later_are_added_to_the_run_that_lacked_them(runs, log, logged):
    runs.commit(runs.rows())
    figure = next(
        path
        for path in (runs.folder / ".dvc/cache").rglob("*")
        if path.is_file() and path.read_bytes() == b"<svg/>"
    )
    figure.rename(runs.folder / ".retrace/aside")
    assert log("main") == Logged(new=1)
    assert log("main") == Logged(known=1)
    (runs.folder / ".retrace/aside").rename(figure)
    assert log("main") == Logged(new=1)
    assert logged()["main"].data.tags["retrace.missing"] == ""
    assert list((FOLDER / ARTIFACTS).rglob("roc.svg"))


def test_what_a_dead_server_left_half_is_gone_on_with_and_twice_is_once(runs, log, logged):
    runs.commit(runs.rows())
    log("main")
    with open_store() as store:
        key = logged_key = logged_of(store)
        for _ in range(2):
            store.client.create_run(store.experiment, tags={KEY: key}, run_name="main")
        whole = find_run(store, {KEY: logged_key})
        store.client.update_run(whole.info.run_id, "RUNNING")
    assert log("main") == Logged(new=1)
    assert len(logged()) == 1
    assert logged()["main"].info.status == "FINISHED"


def logged_of(store):
    return store.client.search_runs([store.experiment])[0].data.tags[KEY]


def test_a_damaged_commit_is_named_and_keeps_no_other_from_being_logged(runs, log):
    runs.commit(runs.rows())
    runs.git("switch", "-q", "-c", "broken")
    runs.write("dvc.lock", "stages: [")
    runs.git("commit", "-q", "-a", "-m", "broken")
    runs.git("switch", "-q", "main")
    found = log(everything=True)
    assert (found.new, len(found.damaged)) == (1, 1)
    assert found.damaged[0].startswith("broken: ")


def test_no_experiments_are_no_runs(runs):
    runs.commit(runs.rows())
    assert all_experiments() == []
