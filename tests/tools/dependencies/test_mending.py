import dataclasses

import pytest

from retrace.tools.dependencies.judging import Verdict
from retrace.tools.dependencies.mending import changes_of, fold, mend
from retrace.tools.repository.declarations import Change

LIB = {"src/lib/__init__.py", "src/lib/fit.py", "src/lib/shared.py"}


def test_a_folder_stands_for_its_files_where_all_are_loaded(toy):
    assert fold(LIB, LIB, toy) == {"src/lib"}
    (toy / "src/lib/__pycache__").mkdir()
    (toy / "src/lib/__pycache__/fit.pyc").touch()
    assert fold(LIB, LIB, toy) == {"src/lib"}
    (toy / "src/lib/notes.txt").touch()
    assert fold(LIB, LIB, toy) == LIB


def test_the_widest_folder_is_taken_but_never_the_top(toy):
    (toy / "src/other.py").unlink()
    assert fold(LIB, LIB | {"src/train.py"}, toy) == {"src"}
    assert fold({"single.py"}, {"single.py"}, toy) == {"single.py"}


@pytest.mark.parametrize("apart", ["src/lib", "src/lib/model.bin"])
def test_no_folder_is_taken_that_holds_an_output_or_is_where_the_stage_runs(toy, apart):
    assert fold(LIB, LIB, toy, {apart, "model.txt"}) == LIB


@pytest.fixture
def verdict(stage):
    def verdict(name="train", **found):
        return Verdict(stage=dataclasses.replace(stage, name=name), **found)

    return verdict


def test_a_folder_takes_the_place_of_what_was_declared_of_it(toy, stage, verdict):
    own = dataclasses.replace(stage, declared=("src/lib/fit.py", "src/train.py"))
    found = Verdict(stage=own, missing=tuple(LIB - {"src/lib/fit.py"}), loads=tuple(LIB))
    assert changes_of([found], toy) == [
        Change(section="dependencies", add=["src/lib"], remove=["src/lib/fit.py"])
    ]


def test_stages_of_one_definition_are_changed_by_what_all_need(toy, verdict):
    first = verdict("train@a", missing=("a.py", "both.py"), unused=("old.py", "src/train.py"))
    second = verdict("train@b", missing=("both.py",), unused=("old.py",))
    assert changes_of([first, second], toy) == [
        Change(section="dependencies", add=["both.py"], remove=["old.py"])
    ]


def test_what_is_missing_is_written_and_what_a_person_decides_is_said(toy, verdict):
    keys = ("other.yaml: a", "params.yaml: seed")
    mended = mend([verdict(missing=("src/other.py",), unused=("data.csv",), keys=keys)], toy)
    assert mended.written == ["train: + src/other.py", "train: - data.csv", "train: + seed"]
    assert mended.left == ["train: other.yaml: a is to be declared under its file"]
    text = (toy / "dvc.yaml").read_text()
    assert "      - src/lib  # all of it\n      - src/other.py\n" in text
    assert "data.csv" not in text
    assert "      - seed\n      - train.rate\n" in text


def test_paths_are_written_from_where_the_command_runs(toy, stage):
    own = dataclasses.replace(stage, folder="src")
    (change,) = changes_of([Verdict(stage=own, missing=("src/other.py", "top.py"))], toy)
    assert change.add == ["other.py", "../top.py"]
