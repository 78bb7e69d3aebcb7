import subprocess
import sys

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.repository.stages import Result, Stage
from retrace.tools.repository.tracing import opened_by

pytestmark = pytest.mark.slow


@pytest.fixture
def stage(tmp_path):
    (tmp_path / "run.py").write_text(
        "import lib\nopen('out.txt', 'w').write(open('data/a.csv').read())\n"
    )
    (tmp_path / "lib.py").touch()
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.csv").touch()
    (tmp_path / ".gitignore").write_text("data\nout.txt\n")
    (tmp_path / "out.txt").write_text("of before")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return Stage(
        name="one",
        cmd=f"{sys.executable} run.py",
        locked_cmd=None,
        dependencies=[],
        results=[Result(path="out.txt", locked=None)],
        params={},
        locked_params={},
        dropped=[],
        declared=("data",),
        folder=".",
    )


def test_what_a_command_opens_is_told_and_nothing_here_changes(stage, tmp_path):
    assert {"run.py", "lib.py", "data/a.csv"} <= opened_by(stage, [stage], tmp_path)
    assert "out.txt" not in opened_by(stage, [stage], tmp_path)
    assert (tmp_path / "out.txt").read_text() == "of before"


def test_a_command_that_fails_ends_in_its_own_words(stage, tmp_path):
    (tmp_path / "run.py").write_text("raise SystemExit('no such thing')\n")
    with pytest.raises(RetraceError, match=r"one does not run in a copy .*: no such thing"):
        opened_by(stage, [stage], tmp_path)
