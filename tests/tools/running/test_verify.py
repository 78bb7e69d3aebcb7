import sys


def test_help_says_what_is_compared(project):
    shown = project.run(sys.executable, "-m", "retrace", "verify", "--help").stdout
    assert "byte by byte" in shown
    assert "--runs" in shown
