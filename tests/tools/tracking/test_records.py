from made_runs import md5
from retrace.tools.repository.git import WORKSPACE, Tree, find_tree
from retrace.tools.repository.sides import read_side
from retrace.tools.tracking.records import origin, record_of


def record(runs, right=0.8, name="main", **changes):
    commit = runs.commit(runs.rows(right), **changes)
    side = read_side(Tree(name, commit, "commit"))
    return record_of(side, name, "s3://bucket/model", {"verdict": "better"})


def test_a_record_holds_what_the_lock_and_the_report_say(runs):
    found = record(runs, models__svm__C=10.0)
    assert found.params["models.svm.C"] == "10.0"
    assert found.params["split.train"] == "0.6"
    assert set(found.metrics) >= {"test.accuracy", "validation.accuracy", "test.n"}
    assert found.tags["test.accuracy.interval"] == "0.70 to 0.90"
    assert found.tags["verdict"] == "better"
    assert found.tags["model.url"] == "s3://bucket/model"
    assert found.tags["model.md5"] == md5(b"a model")
    assert len(found.tags["data.md5"]) == 32
    assert found.tags["mlflow.source.git.commit"] == runs.git("rev-parse", "HEAD")


def test_each_epoch_is_a_step_of_its_curve_and_a_gap_is_none(runs):
    assert record(runs).curves == [
        ("train_loss", 1, 0.9),
        ("train_loss", 2, 0.5),
        ("validation_loss", 1, 0.8),
    ]


def test_files_are_those_of_the_commit_and_of_the_cache(runs):
    found = record(runs)
    assert found.files["report/figures/roc.svg"].read_bytes() == b"<svg/>"
    assert found.files["metrics.json"] == (runs.folder / "metrics.json").read_bytes()
    assert not found.missing


def test_what_is_not_in_the_cache_is_named(runs):
    runs.commit(runs.rows())
    for path in (runs.folder / ".dvc/cache").rglob("*"):
        if path.is_file() and path.read_bytes() == b"<svg/>":
            path.unlink()
    side = read_side(find_tree("main"))
    found = record_of(side, "main", "", {})
    assert found.missing == ("report/figures",)
    assert found.tags["retrace.missing"] == "report/figures"


def test_a_run_that_is_not_committed_says_so(runs):
    runs.commit(runs.rows())
    runs.record(runs.rows(0.9))
    assert origin(find_tree(WORKSPACE))["retrace.kind"] == "workspace with uncommitted changes"
