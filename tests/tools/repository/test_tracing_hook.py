import subprocess
import sys

from retrace.tools.repository import tracing_hook


def test_files_that_are_read_are_noted_once_and_others_never(tmp_path):
    (tmp_path / "a.txt").touch()
    script = (
        "from pathlib import Path\n"
        "open('a.txt').close(); open('a.txt').close(); open('b.txt', 'w').close()\n"
    )
    subprocess.run(
        [sys.executable, "-c", f"exec(open({tracing_hook.__file__!r}).read())\n{script}"],
        cwd=tmp_path,
        env={"RETRACE_NOTES": str(tmp_path / "notes")},
        check=True,
    )
    noted = (tmp_path / "notes").read_text().splitlines()
    assert noted.count(str(tmp_path / "a.txt")) == 1
    assert str(tmp_path / "b.txt") not in noted
