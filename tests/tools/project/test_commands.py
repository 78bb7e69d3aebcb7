import contextlib
import io
import subprocess
import sys

import pandas as pd
import pytest

from project import ROOT, Project, warm_python
from retrace.core.errors import RetraceError
from retrace.readers import describe
from retrace.tools.project import commands, pin
from retrace.tools.project.template import PIN


@pytest.fixture(autouse=True)
def pinned(monkeypatch, tmp_path):
    """Pin a release: that of a checkout would be built."""
    version = ["1.0"]
    monkeypatch.setattr(
        pin, "pin_library", lambda: (version[0], {PIN: f"retrace-ml=={version[0]}\n".encode()})
    )
    monkeypatch.chdir(tmp_path)
    return version


def call(command, *arguments, **options):
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        command(*arguments, **options)
    return said.getvalue()


def git(folder, *arguments):
    run = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout


def test_a_new_project_and_its_update(tmp_path, monkeypatch, pinned):
    assert "then: cd demo && make repro" in call(commands.new, tmp_path / "demo").replace(
        f"{tmp_path}/", ""
    )
    assert (tmp_path / "demo/README.md").read_text().startswith("# demo\n")
    monkeypatch.chdir(tmp_path / "demo")
    assert call(commands.update).startswith(
        "nothing to do: the project has the template of retrace-ml 1.0"
    )
    pinned[0] = "1.1"
    said = call(commands.update)
    assert said.startswith("retrace-ml 1.0 -> 1.1: 2 files changed\ndvc.lock is of the library before")
    assert git(".", "diff", "--cached", "--name-only").split() == ["README.md", PIN]


def test_conflicts_of_an_update_end_in_a_line_that_names_them(tmp_path, monkeypatch, pinned):
    call(commands.new, tmp_path / "demo")
    monkeypatch.chdir(tmp_path / "demo")
    (tmp_path / "demo" / PIN).write_text("retrace-ml==0.9\n")
    git(".", "commit", "-q", "-a", "-m", "mine")
    pinned[0] = "1.1"
    with pytest.raises(RetraceError, match=f"conflicts in {PIN}: mend them, `git add` them"):
        call(commands.update)


@pytest.mark.slow
def test_data_of_ones_own_take_the_place_of_the_examples(tmp_path, monkeypatch):
    table = pd.DataFrame({"who": range(5, 65), "x": [0.5, 1.5, 2.5] * 20, "won": ["yes", "no"] * 30})
    table.to_csv(tmp_path / "Games.csv", index=False)
    monkeypatch.setattr(sys, "executable", warm_python())
    said = call(commands.new, tmp_path / "demo", data=tmp_path / "Games.csv", target="won")
    assert "params  model hist_gradient_boosting, metric accuracy" in said
    assert "warning" not in said
    demo = Project(tmp_path / "demo")
    assert git(demo.folder, "status", "--porcelain") == ""
    assert sorted(path.name for path in (demo / "data").iterdir()) == [
        ".gitignore", "games", "games.dvc", "games.yaml",
    ]  # fmt: skip
    monkeypatch.chdir(demo.folder)
    assert describe("games").title == "Games"
    demo.stage("read_data", PYTHONPATH=str(ROOT / "src"))


def test_a_table_that_needs_a_word_is_brought_and_the_word_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "retrace.tools.project.bringing.run_dvc", lambda *_, **__: subprocess.run(["true"])
    )
    table = pd.DataFrame({"x": [f"{i} kg" for i in range(60)], "won": ["yes", "no"] * 30})
    table.to_csv(tmp_path / "games.csv", index=False)
    said = call(commands.new, tmp_path / "demo", data=tmp_path / "games.csv", target="won")
    assert "warning: before the first run, " in said
    assert "column 'x' is nearly all numbers" in said


def test_options_about_data_need_data(tmp_path):
    with pytest.raises(RetraceError, match="--target is about data: give --data too"):
        commands.new(tmp_path / "demo", target="x")


def test_without_a_terminal_the_target_has_to_be_said(tmp_path):
    pd.DataFrame({"a": [1, 2], "b": [1, 2]}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(RetraceError, match="give --target COLUMN; columns: a, b"):
        commands.new(tmp_path / "demo", data=tmp_path / "t.csv")
    assert not (tmp_path / "demo").exists()
