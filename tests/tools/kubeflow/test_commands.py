import contextlib

import pytest
from typer.testing import CliRunner

from retrace.core.errors import RetraceError
from retrace.tools.cli import cli
from retrace.tools.kubeflow.running import Log, send


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("compile", "--store s3://bucket/kfp"),
        ("run --host https://kfp.lab", "--store s3://bucket/kfp"),
        ("run x", "`retrace kfp run` takes no run: got 'x'"),
        ("compile --store s3://b/k -S seed=1", "-S is of a run"),
        ("pull", "which run?"),
        ("pull x", "has no run 'x'"),
    ],
)
def test_what_is_missing_is_said(tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["kfp", *words.split()])
    assert isinstance(done.exception, RetraceError)
    assert said in str(done.exception)


def test_the_stages_that_run_are_read_from_what_dvc_says(tmp_path):
    with contextlib.closing(Log(tmp_path / "log")) as log:
        log.write("    Running stage 'sub/dvc.yaml:train@small':\n    > python x.py\n")
        log.write("    Stage 'report' didn't change, skipping\n")
        assert log.ran == ["sub/dvc.yaml:train@small"]


def test_a_cluster_that_does_not_answer_is_one_line(tmp_path, monkeypatch):
    pytest.importorskip("kfp", reason="Kubeflow Pipelines' SDK is not installed: requirements-kfp.txt")
    with pytest.raises(RetraceError, match=r"http://127\.0\.0\.1:1 does not take the run"):
        send(tmp_path / "none.yaml", "toy", "http://127.0.0.1:1", {})
