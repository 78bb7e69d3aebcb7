from pathlib import Path

import pytest
from typer.testing import CliRunner

from made_runs import labelled
from retrace.core.errors import RetraceError
from retrace.tools.cli import cli


def call(*arguments):
    return CliRunner().invoke(cli, ["comment", *arguments], catch_exceptions=False)


def test_the_folder_is_written_and_the_verdict_printed(runs):
    runs.commit(labelled(right=0.6))
    runs.commit(labelled(right=0.95, seed=1), branch="other")
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
    runs.commit(labelled(), cached=False)
    assert call().exit_code == 0
    assert "**the same run**" in Path(".retrace/pull-request/comment.md").read_text()


def test_another_place_is_a_mistake(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RetraceError, match="not a Git repository"):
        call()
