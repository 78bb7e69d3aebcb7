from made_runs import labelled
from retrace.tools.repository.sides import load_side
from retrace.tools.significance.runs import compare_runs


def test_the_verdict_comes_with_what_differs_and_with_the_rows_that_changed(runs):
    runs.commit(labelled(right=0.7))
    runs.commit(labelled(right=0.95, seed=1), branch="other", models__svm__C=2.0)
    found = compare_runs(load_side("main"), load_side("other"))
    assert found.judgement.verdict == "better"
    assert [change.name for change in found.differs.params] == ["models.svm.C"]
    comparison = found.judgement.comparison
    assert len(found.differs.gained) - len(found.differs.lost) == round(200 * comparison.difference)


def test_the_same_run_is_said_to_be_the_same(runs):
    runs.commit(labelled())
    found = compare_runs(load_side("main"), load_side("HEAD"))
    assert found.notes == ("both sides are the same run: their dvc.lock is the same",)
