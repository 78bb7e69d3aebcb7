"""The story: the first model, a worse one, a better one, and back; as people read it."""

import itertools

import gto.api
import pytest
from typer.testing import CliRunner

from retrace.tools.cli import cli


@pytest.fixture
def retrace(monkeypatch):
    """Run a command, a minute after the one before: GTO tells tags of one second apart by nothing."""
    minutes = itertools.count()

    def run(*arguments):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{1_800_000_000 + 60 * next(minutes)} +0000")
        result = CliRunner().invoke(cli, arguments)
        said = [result.output, str(result.exception or ""), *getattr(result.exception, "details", ())]
        return result.exit_code, "\n".join(said)

    return run


def test_the_story_of_three_models(models, retrace):
    assert "no versions yet" in retrace("models")[1]
    models.train(0.8)
    status, said = retrace("promote")
    assert status == 0
    assert "verdict: the first model in this stage" in said
    assert "git push <remote> 'model@v1.0.0' 'model#prod#1'" in said

    models.train(0.6)
    status, said = retrace("promote")
    assert status == 1
    assert "prod keeps v1.0.0: 1 of 5 gates failed (verdict)" in said
    assert "verdict: worse: `accuracy` 0.6" in said
    assert "McNemar" in said

    models.train(0.95)
    status, said = retrace("promote")
    assert status == 0
    assert "prod: v1.1.0" in said
    assert "verdict: better: `accuracy` 0.9" in said
    assert gto.api.show(".")["model"]["stage"] == {"prod": "v1.1.0"}
    assert "verdict: better" in models.git("tag", "-l", "--format=%(contents)", "model#prod#2")

    status, said = retrace("promote", "--rollback")
    assert status == 0
    assert "prod: rolled back from v1.1.0 to v1.0.0" in said
    assert gto.api.show(".")["model"]["stage"] == {"prod": "v1.0.0"}
    assert [line.split()[:2] for line in retrace("models")[1].splitlines()[1:3]] == [
        ["v1.1.0", "-"],
        ["v1.0.0", "prod"],
    ]


def test_json_lists_the_versions(models, retrace):
    models.train(0.8)
    retrace("promote", "--local")
    assert '"version": "v1.0.0"' in retrace("models", "--json")[1]
