from functools import partial

from made_runs import labelled
from retrace.tools.pull_request.cautions import MOST, notes, warnings
from retrace.tools.pull_request.gathering import gather

PIPELINE = """stages:
  train:
    cmd: "true"
    deps: [src/train.py]
"""

opened = partial(gather, part="test", keep=False)


def test_a_clean_workspace_is_warned_of_nothing(runs):
    runs.commit(labelled())
    runs.commit(labelled(seed=1), branch="other")
    assert warnings(opened("main")) == []
    assert notes(opened("main")) == []


def test_results_may_differ_from_the_commit_and_nothing_else(runs):
    runs.commit(labelled())
    runs.git("switch", "-qc", "other")
    runs.record(labelled(seed=1))
    assert warnings(opened("main")) == []
    runs.write("src/a file.py", "new")
    runs.write("src/train.py", "other")
    assert warnings(opened("main")) == [
        "Files here differ from the commit: `src/train.py`, `src/a file.py`."
    ]


def test_a_stale_lock_is_a_warning_and_no_failure(runs):
    runs.write("dvc.yaml", PIPELINE)
    runs.commit(labelled())
    runs.commit(labelled(seed=1), branch="other")
    found = warnings(opened("main"))
    assert found[0].startswith("This run is not of the files here (train: ")


def test_a_base_that_moved_is_named_with_both_commits(runs):
    began = runs.commit(labelled())
    runs.commit(labelled(seed=1), branch="other")
    runs.git("switch", "-q", "main")
    tip = runs.commit(labelled(seed=2))
    runs.git("switch", "-q", "other")
    (note,) = notes(opened("main"))
    assert note.startswith("`main` has moved on by 1 commit since this branch began.")
    assert f"its tip, `{tip[:7]}`" in note
    assert f"`{began[:7]}`, where the branch began" in note


def test_packages_that_are_not_pinned_are_named(runs):
    runs.write("requirements.txt", "numpy==0.1\n")
    runs.commit(labelled())
    (found,) = warnings(opened("main"))
    assert found.startswith("What is installed here is not what `requirements.txt` pins: numpy ")
    runs.write("requirements.txt", "no requirement ==\n")
    assert [each for each in warnings(opened("main")) if "pins" in each] == []


def test_warnings_of_the_data_come_along_and_new_ones_are_marked(runs, monkeypatch):
    runs.commit(labelled())
    request = opened("main")
    known = {id(request.base): ["old"], id(request.head): ["old", "fresh"]}
    monkeypatch.setattr(
        "retrace.tools.pull_request.cautions.data_warnings", lambda side: known.get(id(side))
    )
    assert warnings(request) == ["Data: old.", "Data, new here: fresh."]
    monkeypatch.setattr("retrace.tools.pull_request.cautions.data_warnings", lambda side: ["w"] * 50)
    assert len(warnings(request)) == MOST + 1
    assert warnings(request)[-1] == "And 38 more."
