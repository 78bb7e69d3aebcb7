import pytest

from made_runs import labelled
from retrace.core.errors import RetraceError
from retrace.tools.comparison.seed_experiments import experiment_name, finished, run_seeds, wanted_seeds
from retrace.tools.repository.sides import load_side


def test_training_seeds_count_on_from_the_present_one(runs):
    runs.commit(labelled(), seed=40)
    assert wanted_seeds(load_side("main"), "training", 3) == [40, 41, 42]


def test_split_seeds_are_the_same_on_every_branch(runs):
    runs.commit(labelled())
    runs.commit(labelled(), branch="other", split__seed=8)
    for name in ("main", "other"):
        assert wanted_seeds(load_side(name), "split", 3) == [0, 1, 2]


def test_what_is_there_is_not_run_again(runs):
    runs.commit(labelled())
    runs.experiment("two", labelled(seed=2), seed=2)
    said = []
    assert run_seeds(load_side("main"), "training", [1, 2], said.append) == []
    assert said == ["seed 1: main is there", "seed 2: two is there"]
    assert [run.seed for run in finished(load_side("main"), "training", [2, 3])] == [2]


def test_a_name_tells_the_seed_and_differs_for_another_setting(runs):
    runs.commit(labelled())
    runs.commit(labelled(), branch="other", models__svm__C=2.0)
    names = [experiment_name(load_side(side), "split", 8) for side in ("main", "other")]
    assert all(name.startswith("made-svm-split-seed-8-") for name in names)
    assert names[0] != names[1]
    assert names[0] == experiment_name(load_side("main"), "split", 8)


def test_a_file_that_git_does_not_know_is_asked_for(runs):
    runs.commit(labelled())
    runs.git("rm", "-q", "--cached", "data/made.yaml")
    with pytest.raises(
        RetraceError, match=r"data/made\.yaml: not known to Git.*`git add data/made.yaml`"
    ):
        run_seeds(load_side("main"), "training", [2], print)
