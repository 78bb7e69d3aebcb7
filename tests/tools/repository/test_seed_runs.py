from made_runs import labelled
from retrace.tools.repository.seed_runs import seed_runs
from retrace.tools.repository.sides import load_side


def seeds(name, kind="training"):
    return [run.seed for run in seed_runs(load_side(name), kind)]


def test_experiments_that_differ_in_the_seed_alone_are_found(runs):
    runs.commit(labelled())
    runs.experiment("two", labelled(seed=2), seed=2)
    runs.experiment("three", labelled(seed=3), seed=3)
    runs.experiment("other-params", labelled(seed=4), seed=4, models__svm__C=9.0)
    runs.experiment("other-split", labelled(seed=5), seed=5, split__seed=8)
    assert seeds("main") == [1, 2, 3]
    assert seeds("three") == [1, 2, 3] or seeds("three") == [2, 3]


def test_split_seeds_are_found_likewise(runs):
    runs.commit(labelled())
    runs.experiment("eight", labelled(n=190), split__seed=8)
    runs.experiment("other-seed", labelled(n=190), split__seed=9, seed=2)
    assert seeds("main", "split") == [7, 8]
    assert seeds("main") == [1]


def test_other_code_is_another_setting(runs):
    runs.commit(labelled())
    runs.experiment("two", labelled(seed=2), seed=2)
    runs.write("src/train.py", "another training")
    runs.commit(labelled(seed=9))
    assert seeds("main") == [1]


def test_runs_are_found_again_from_a_later_commit(runs):
    runs.commit(labelled())
    runs.experiment("two", labelled(seed=2), seed=2)
    runs.write("README.md", "words")
    runs.commit(labelled())
    assert seeds("main") == [1, 2]


def test_without_a_run_there_are_no_seeds(runs):
    runs.git("add", "-A")
    runs.git("commit", "-qm", "nothing yet")
    assert seeds("main") == []
