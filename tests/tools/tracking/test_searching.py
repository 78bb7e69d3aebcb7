from pathlib import Path

import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState, create_trial

from made_studies import conditional, made, make_study
from retrace.core.errors import RetraceError
from retrace.tools.tracking.searching import log_study, open_studies
from retrace.tools.tracking.store import open_store

pytestmark = pytest.mark.slow


@pytest.fixture
def study(runs):
    """A study of 12 trials in this project, some pruned and some failed."""
    Path("hpo/results/wine-svm").mkdir(parents=True)
    Path("hpo/results/wine-svm/report.md").write_text("# A search\n")
    storage = JournalStorage(JournalFileBackend("hpo/results/wine-svm/study.journal"))
    return make_study(*conditional(12, steps=4), storage=storage)


def log(*names):
    with open_store() as store:
        return sum(log_study(store, each) for each in open_studies(*names))


def test_a_search_is_a_run_with_its_trials_below_it_each_once(study, logged):
    assert (log("wine-svm"), log()) == (12, 0)
    found = logged()
    parent = found.pop("wine-svm")
    assert {run.data.tags["mlflow.parentRunId"] for run in found.values()} == {parent.info.run_id}
    best = max(
        trial.values[0] for trial in study.trials if trial.values and trial.state.name == "COMPLETE"
    )
    assert parent.data.metrics["best.accuracy"] == best
    assert found["trial 1"].data.params["models.svm.kernel"] == "poly"
    states = {run.info.status for run in found.values()}
    assert states == {"FINISHED", "KILLED", "FAILED"}


def test_a_search_that_goes_on_has_its_new_trials_below_the_same_run(study, logged):
    log()
    study.add_trial(made(0.99, C=3.0))
    study.add_trial(create_trial(state=TrialState.WAITING))
    assert log() == 1
    found = logged()
    assert len(found) == 14
    assert found["wine-svm"].data.metrics["best.accuracy"] == 0.99


def test_a_trial_that_is_there_in_part_or_twice_is_there_once(study, logged):
    log()
    found = logged()
    parent = found["wine-svm"].info
    with open_store() as store:
        store.client.update_run(found["trial 3"].info.run_id, "RUNNING")
        tags = {"mlflow.parentRunId": parent.run_id, "retrace.trial": "4"}
        again = store.client.create_run(store.experiment, tags=tags, run_name="again")
        store.client.set_terminated(again.info.run_id)
    assert log() == 1
    assert sorted(logged()) == sorted(["wine-svm", *(f"trial {n}" for n in range(12))])


def test_an_unknown_study_is_named_beside_those_that_there_are(study):
    with pytest.raises(RetraceError, match=r"no study 'wine' in hpo/results .there are: wine-svm."):
        open_studies("wine")
    with pytest.raises(RetraceError, match=r"no study 'wine' in sqlite:"):
        open_studies("wine", "sqlite:///:memory:")
