import subprocess
import sys
from pathlib import Path

import pytest

from made_runs import labelled
from retrace.comparison.seed_experiments import (
    _last_words,
    _unchanged_workspace,
    _wait,
    experiment_name,
    finished,
    run_seeds,
    wanted_seeds,
)
from retrace.comparison.sides import load_side
from retrace.errors import RetraceError


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


def test_changes_that_were_lost_can_be_brought_back(runs):
    runs.commit(labelled())
    runs.write("src/train.py", "precious")
    with pytest.raises(RetraceError, match="DVC left the workspace changed") as caught:  # noqa: SIM117
        with _unchanged_workspace():
            runs.write("src/train.py", "lost")
    copy = str(caught.value).split("git stash apply ")[1].split("`")[0]
    runs.git("checkout", ".")
    runs.git("stash", "apply", copy)
    assert (runs.folder / "src/train.py").read_text() == "precious"


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (
            "Running\nerror: no luck\nERROR: failed to reproduce 'train': exited with 1\n",
            "error: no luck",
        ),
        ("Traceback\nKeyError: 'x'\nERROR: failed to reproduce 'train'\n", "KeyError: 'x'"),
        ("", "it said nothing"),
    ],
)
def test_the_last_words_are_the_stages_own(tmp_path, log, said):
    (tmp_path / "log").write_text(log)
    assert _last_words(tmp_path / "log") == said


def test_the_status_of_dvc_is_waited_for():
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"], text=True)
    assert _wait(process, Path("unused.log")) == 7
