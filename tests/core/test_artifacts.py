import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retrace.core import artifacts
from retrace.core.errors import ArtifactError


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("path", [artifacts.RAW, artifacts.MODEL])
def test_what_is_saved_is_loaded(path):
    artifacts.save({"X": np.arange(3)}, path)
    assert artifacts.load(path)["X"].tolist() == [0, 1, 2]


def test_equal_values_give_equal_bytes(make_dataset):
    artifacts.save(make_dataset(), artifacts.RAW)
    artifacts.save(make_dataset(), artifacts.CLEAN)
    assert artifacts.RAW.read_bytes() == artifacts.CLEAN.read_bytes()


def test_a_write_that_fails_keeps_the_file_before_and_leaves_nothing_beside_it():
    artifacts.save("before", artifacts.RAW)
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        artifacts.save(lambda: None, artifacts.RAW)
    assert artifacts.load(artifacts.RAW) == "before"
    assert list(Path("cache").iterdir()) == [artifacts.RAW]


def test_a_folder_in_the_way_is_one_clear_line():
    artifacts.RAW.mkdir(parents=True)
    with pytest.raises(ArtifactError, match=r"cache/raw.pkl cannot be written"):
        artifacts.save(1, artifacts.RAW)


def test_killed_while_writing_leaves_the_file_before():
    artifacts.save("before", artifacts.RAW)
    script = (
        "import os, signal\n"
        "from retrace.core import artifacts\n"
        "class Deadly:\n"
        "    def __reduce__(self):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "artifacts.save([b'x' * 10_000_000, Deadly()], artifacts.RAW)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -9
    assert artifacts.load(artifacts.RAW) == "before"


def test_two_writers_of_one_file_both_succeed_and_do_not_mix():
    def write_another_meanwhile(file):
        file.write(b"a" * 10)
        artifacts.save_text("b", Path("x.txt"))
        file.write(b"a" * 10)

    artifacts.write_whole(Path("x.txt"), write_another_meanwhile)
    assert Path("x.txt").read_text() == "a" * 20
    assert [path.name for path in Path().iterdir()] == ["x.txt"]


def test_what_a_killed_run_left_is_removed_a_day_later():
    old, new = Path(".x[1].txt.0.unfinished"), Path(".x[1].txt.1.unfinished")
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    artifacts.save_text("done", Path("x[1].txt"))
    assert (old.exists(), new.exists()) == (False, True)


def test_history_without_epochs_is_the_header_alone():
    artifacts.save_history([], artifacts.HISTORY)
    assert artifacts.HISTORY.read_text() == ",".join(artifacts.HISTORY_COLUMNS) + "\n"
    assert artifacts.load(artifacts.HISTORY).empty


def test_history_keeps_all_digits():
    artifacts.save_history([{"epoch": 1, "train_loss": 1 / 3}], artifacts.HISTORY)
    assert artifacts.load(artifacts.HISTORY)["train_loss"][0] == 1 / 3


def test_tables_have_unix_line_ends_everywhere():
    artifacts.save_table(pd.DataFrame({"a": [1, 2]}), artifacts.PREDICTIONS)
    assert artifacts.PREDICTIONS.read_bytes() == b"a\n1\n2\n"


def test_half_a_character_is_written_as_its_escape(tmp_path):
    artifacts.save_text("caf\udce9\n", tmp_path / "text")
    assert (tmp_path / "text").read_bytes() == b"caf\\udce9\n"


def test_a_folder_holds_only_what_this_run_made():
    artifacts.save_folder({"old.svg": "1", "kept.svg": "1"}, artifacts.FIGURES)
    artifacts.save_folder({"kept.svg": "2"}, artifacts.FIGURES)
    assert {file.name: file.read_text() for file in artifacts.FIGURES.iterdir()} == {"kept.svg": "2"}


def test_every_intermediate_names_the_stage_that_makes_it():
    paths = {value for value in vars(artifacts).values() if isinstance(value, Path)}
    read_by_stages = {path for path in paths if path.parts[0] == "cache"}
    assert read_by_stages <= set(artifacts.MADE_BY)
