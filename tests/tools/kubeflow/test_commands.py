import pytest
from typer.testing import CliRunner

from retrace.core.errors import RetraceError
from retrace.tools.cli import cli


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("compile", "--store s3://bucket/kfp"),
        ("run --host https://kfp.lab", "--store s3://bucket/kfp"),
        ("run x", "`retrace kfp run` takes no run: got 'x'"),
        ("compile --store s3://b/k -S seed=1", "-S is of a run"),
        ("compile --store s3://key:secret@b/k", "keys belong into the environment"),
        ("pull", "which run?"),
        ("pull x", "has no run 'x'"),
    ],
)
def test_what_is_missing_is_said(tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["kfp", *words.split()])
    assert isinstance(done.exception, RetraceError)
    assert said in str(done.exception)
