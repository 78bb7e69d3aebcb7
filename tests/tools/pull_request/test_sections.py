from functools import partial
from pathlib import Path

from made_runs import labelled
from retrace.tools.pull_request import sections
from retrace.tools.pull_request.gathering import gather

opened = partial(gather, part="test", keep=False)


def test_files_in_a_changed_folder_are_named(runs):
    runs.commit(labelled())
    runs.git("switch", "-qc", "other")
    runs.write("src/train.py", "other code")
    runs.record(labelled(seed=1))
    found = sections.changes(opened("main"))
    assert [change.name for change in found["files"]] == ["src/train.py"]
    commit = runs.git("rev-parse", "main")
    runs.write("src/models/new.py", "new")
    folder = type(found["files"][0])("src", "1", "2", ("train",))
    assert sections._files_inside([folder], commit) == {"src": ["models/new.py", "train.py"]}


def test_another_model_folds_its_hyperparameters(runs):
    runs.commit(labelled())
    runs.commit(labelled(seed=1), branch="other", model="knn", models={"knn": {"n": 3}}, seed=2)
    found = sections.changes(opened("main"))
    assert [change.name for change in found["params"]] == ["seed", "model"]
    assert [change.name for change in found["folded"]] == ["models.svm.C", "models.knn.n"]


def test_the_tested_metric_comes_first(runs):
    runs.commit(labelled(), metric="f1_macro")
    runs.commit(labelled(seed=1), branch="other", metric="f1_macro")
    found = sections.metrics(opened("main"))
    assert found["tested"] == "f1_macro"
    assert found["shown"][0].name == "f1_macro"


def test_classes_of_a_first_run_are_those_found_least(runs):
    runs.record(labelled(n=90, classes=("a", "b", "c")))
    found = sections.classes(opened("main"))
    recalls = [each["recall"] for each in found["lowest"]]
    assert recalls == sorted(recalls)
    assert found["n"] == 3


def test_files_that_are_too_large_are_named(runs, monkeypatch):
    monkeypatch.setattr("retrace.tools.pull_request.folder.LARGEST", 10)
    runs.record(labelled())
    request = opened("main")
    Path("params.yaml").unlink()  # it names a dataset that is not here, and so may be private
    assert sections.made_from(request)["large"] == ["dvc.lock", "metrics.json"]


def test_what_it_was_made_from_leaves_out_what_is_not_known(runs):
    runs.record(labelled())
    found = sections.made_from(opened("main"))
    assert found["trained_on"] == ""
    assert found["versions"] == ""
    assert found["run"] is None
    assert len(found["lock"]) == 12
