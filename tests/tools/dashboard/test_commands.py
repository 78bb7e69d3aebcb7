import sys


def test_help_says_which_part_decides_and_shows_examples(project):
    shown = project.run(sys.executable, "-m", "retrace", "dashboard", "--help").stdout
    assert "validation part only" in shown
    assert "retrace dashboard --base" in shown
