"""DVC as the commands call it."""

import sys
from pathlib import Path

from retrace.tools.repository.dvc import run_dvc


def test_stages_find_the_python_that_runs_now(tmp_path):
    (tmp_path / "dvc.yaml").write_text(
        "stages: {where: {cmd: command -v python > where.txt, outs: [where.txt]}}"
    )
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
    assert run_dvc("repro", "--quiet", cwd=tmp_path).returncode == 0
    assert Path((tmp_path / "where.txt").read_text().strip()).parent == Path(sys.executable).parent
