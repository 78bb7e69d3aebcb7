import pytest
from scipy import stats

from made_runs import labelled
from retrace.core.errors import RetraceError
from retrace.tools.comparison.seeds import (
    experiment_name,
    finished,
    is_deterministic,
    run_seeds,
    summarise,
    wanted_seeds,
)
from retrace.tools.repository.lock import Lock
from retrace.tools.repository.seed_runs import SeedRun
from retrace.tools.repository.sides import load_side

SHARES = {"split.train": 0.6, "split.test": 0.3}


def test_training_seeds_count_on_from_the_present_one(runs):
    runs.commit(labelled(), seed=40)
    assert wanted_seeds(load_side("main"), "training", 3) == [40, 41, 42]


def test_split_seeds_are_the_same_on_every_branch(runs):
    runs.commit(labelled())
    runs.commit(labelled(), branch="other", split__seed=8)
    for name in ("main", "other"):
        assert wanted_seeds(load_side(name), "split", 3) == [0, 1, 2]


@pytest.mark.parametrize("method", ["fixed", "time"])
def test_split_seeds_of_one_split_are_refused(runs, method):
    runs.commit(labelled(), split__method=method)
    with pytest.raises(RetraceError, match=f"`{method}` gives the same test rows .* `retrace seeds 3`"):
        wanted_seeds(load_side("main"), "split", 3)


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


def made(*values, md5=None):
    outs = [{"path": "report/predictions.csv", "md5": md5}]
    return [
        SeedRun(
            seed=seed,
            name=f"run-{seed}",
            lock=Lock({"report": {"outs": [outs[0] | {"md5": md5 or str(seed)}]}}),
            scores={"accuracy": value, "n": 100},
        )
        for seed, value in enumerate(values)
    ]


def test_the_interval_over_training_seeds_is_students_t():
    values = (0.9, 0.92, 0.91, 0.95, 0.93)
    (found,) = summarise(made(*values), "training", SHARES)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(expected))
    assert (found.mean, found.better) == (pytest.approx(0.922), "higher")


def test_overlapping_training_parts_widen_the_interval():
    runs = made(0.9, 0.92, 0.91)
    widths = [
        summary.interval.high - summary.interval.low
        for kind in ("training", "split")
        for summary in summarise(runs, kind, SHARES)
    ]
    assert widths[1] / widths[0] == pytest.approx(((1 / 3 + 0.5) / (1 / 3)) ** 0.5)


def test_the_same_predictions_under_every_seed_are_deterministic():
    assert is_deterministic(made(0.9, 0.9, md5="same"))
    assert not is_deterministic(made(0.9, 0.9))


def test_seeds_that_change_nothing_are_not_run_to_the_last(runs, monkeypatch):
    runs.commit(labelled(), seed=1)
    ran = []

    def run(name, overrides, log, kept):
        seed = int(overrides[0].split("=")[1])
        ran.append(seed)
        runs.experiment(name, labelled(), seed=seed)

    monkeypatch.setattr("retrace.tools.comparison.seeds.run_experiment", run)
    said = []
    assert run_seeds(load_side("main"), "training", [1, 2, 3, 4, 5], said.append) == []
    assert ran == [2]
    assert said[-1] == "the others are not run: 2 seeds give the same predictions"
