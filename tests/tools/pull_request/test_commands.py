import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from made_runs import labelled, of_both_parts
from retrace.core.errors import RetraceError
from retrace.tools.cli import cli
from retrace.tools.repository.ledger import read_ledger
from retrace.tools.repository.sides import load_side, predictions_path


def call(*arguments):
    return CliRunner().invoke(cli, ["comment", *arguments], catch_exceptions=False)


def test_the_folder_is_written_and_the_verdict_printed(runs):
    runs.commit(of_both_parts(labelled(right=0.6)))
    runs.commit(of_both_parts(labelled(right=0.95, seed=1)), branch="other")
    found = call()
    assert found.exit_code == 0
    text = Path(".retrace/pull-request/comment.md").read_text()
    assert found.stdout.splitlines() == [
        text.splitlines()[0],
        "written  .retrace/pull-request/comment.md",
    ]
    assert Path(".retrace/pull-request/dvc.lock").read_bytes() == Path("dvc.lock").read_bytes()


def test_nothing_that_is_missing_fails_it(runs):
    for base in ("main", "nowhere"):
        assert call("--base", base).exit_code == 0
    runs.commit(of_both_parts(labelled()), cached=False)
    assert call().exit_code == 0
    assert "**the same run**" in Path(".retrace/pull-request/comment.md").read_text()


def test_another_place_is_a_mistake(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RetraceError, match="not a Git repository"):
        call()


def test_fetch_brings_what_the_comment_reads_and_writes_nothing(runs):
    runs.commit(labelled())
    shutil.move(".dvc/cache", "store")
    runs.write(".dvc/config", "[core]\n    remote = near\n['remote \"near\"']\n    url = ../store\n")
    assert call("--fetch", "--base", "nowhere").stdout.startswith(
        "not fetched, nowhere: 'nowhere' is no"
    )
    assert call("--fetch", "--base", "main").stdout.splitlines() == [
        "fetched 1 files of main",
        "fetched 0 files of report/",
    ]
    assert predictions_path(load_side("main")).parts[0] != "report"
    assert not Path(".retrace").exists()


@pytest.fixture
def lucky(runs):
    """A model that is better on the test part alone."""
    validation = labelled(n=120, seed=5)
    runs.commit(of_both_parts(labelled(right=0.6), validation))
    runs.commit(of_both_parts(labelled(right=0.95, seed=1), validation), branch="other")
    return runs


def test_of_the_test_part_nothing_is_shown_unless_it_is_opened(lucky):
    found = call("--sealed")
    folder = Path(".retrace/pull-request")
    text, opened = ((folder / f"{name}.md").read_text() for name in ("comment", "opened"))
    assert "**no significant difference**" in found.stdout
    assert "120 validation rows" in text
    for shown in ("0.9400", "0.5500", "200 test rows", "Look 1"):
        assert shown in opened
        assert shown not in text
    assert opened.startswith("▲ **better**: `accuracy` 0.9400 against 0.5500")
    assert json.loads((folder / "look.json").read_text())["request"] == "other"
    assert read_ledger().lines == []


def test_the_test_part_is_asked_on_request_and_that_is_noted(lucky):
    assert "**better**" in call("--part", "test").stdout
    assert not Path(".retrace/pull-request/opened.md").exists()
    (look,) = map(json.loads, read_ledger().lines)
    assert (look["request"], look["look"], look["verdict"]) == ("other", 1, "better")
