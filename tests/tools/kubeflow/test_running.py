import contextlib

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.kubeflow.running import Log, send


def test_the_stages_that_run_are_read_from_what_dvc_says_and_told(tmp_path, capsys):
    with contextlib.closing(Log(tmp_path / "log")) as log:
        log.write("    Running stage 'sub/dvc.yaml:train@small':\n    > python x.py\n")
        log.write("    Stage 'report' didn't change, skipping\n")
        assert log.ran == ["sub/dvc.yaml:train@small"]
    assert capsys.readouterr().out == "sub/dvc.yaml:train@small\n"
    assert "skipping" in (tmp_path / "log").read_text()


def test_a_cluster_that_does_not_answer_is_one_line(tmp_path, monkeypatch):
    pytest.importorskip("kfp", reason="Kubeflow Pipelines' SDK is not installed: requirements-kfp.txt")
    with pytest.raises(RetraceError, match=r"http://127\.0\.0\.1:1 does not take the run"):
        send(tmp_path / "none.yaml", "toy", "http://127.0.0.1:1", {})
