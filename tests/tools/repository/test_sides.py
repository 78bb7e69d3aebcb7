import pytest

from made_runs import labelled
from retrace.core.errors import ComparisonError
from retrace.tools.repository.git import find_tree
from retrace.tools.repository.sides import load_side, predictions_path, read_side


def test_a_side_is_what_its_commit_holds(runs):
    commit = runs.commit(labelled(), models__svm__C=3.0)
    side = load_side("main")
    assert side.tree.commit == commit
    assert side.used["models.svm.C"] == 3.0
    assert side.metric == "accuracy"
    assert side.metrics["test"]["n"] == 200
    assert predictions_path(side).read_text().startswith("part,id,group,row_hash")
    assert not side.notes


def test_predictions_on_disk_will_do_where_the_cache_is_empty(runs):
    runs.commit(labelled(), cached=False)
    path = runs.folder / "report/predictions.csv"
    path.parent.mkdir()
    labelled().to_csv(path, index=False)
    assert predictions_path(load_side("main")).as_posix() == "report/predictions.csv"
    path.write_text("of another run")
    with pytest.raises(ComparisonError, match="not in DVC's cache"):
        predictions_path(load_side("main"))


def test_the_remedy_fits_the_remote(runs):
    runs.commit(labelled(), cached=False)
    with pytest.raises(ComparisonError, match="git switch --detach main`, then `retrace repro`"):
        predictions_path(load_side("main"))


def test_a_commit_whose_files_moved_on_is_noted(runs):
    runs.record(labelled())
    runs.write("src/train.py", "another training")
    runs.git("add", "-A")
    runs.git("commit", "-qm", "late")
    assert load_side("main").notes == (
        "the run of `main` is not of its present files (train: src/train.py changed since)",
    )


def test_metrics_of_another_run_are_noted(runs):
    runs.record(labelled())
    runs.write("metrics.json", '{"test": {"accuracy": 1.0, "n": 200}}')
    runs.git("add", "-A")
    runs.git("commit", "-qm", "merged by Git")
    assert "its metrics.json is not the one" in load_side("main").notes[0]


def test_a_lock_with_conflict_marks_is_explained(runs):
    runs.record(labelled())
    runs.write("dvc.lock", "<<<<<<< HEAD\nschema: '2.0'\n=======\nschema: '2.0'\n>>>>>>> other\n")
    runs.git("add", "-A")
    runs.git("commit", "-qm", "conflict")
    with pytest.raises(Exception, match=r"dvc\.lock of main is not valid YAML"):
        load_side("main")


def test_a_workspace_that_moved_on_is_refused_or_noted(runs):
    runs.write("dvc.yaml", "stages:\n  train:\n    cmd: other\n")
    runs.commit(labelled())
    with pytest.raises(ComparisonError, match="the workspace has no finished run"):
        load_side("workspace")
    side = read_side(find_tree("workspace"), strict=False)
    assert side.notes == ("this run is not of the files here (train: cmd is 'other', was 'true')",)


def test_the_cache_is_believed_only_where_the_content_has_the_hash(runs):
    runs.commit(labelled())
    path = predictions_path(load_side("main"))
    path.chmod(0o644)
    path.write_text("of another run")
    with pytest.raises(ComparisonError, match="not in DVC's cache"):
        predictions_path(load_side("main"))
