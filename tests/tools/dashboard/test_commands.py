from typer.testing import CliRunner

from retrace.tools.cli import cli


def test_help_says_which_part_decides_and_shows_examples():
    shown = CliRunner().invoke(cli, ["dashboard", "--help"]).stdout
    assert "validation part only" in shown
    assert "retrace dashboard --base" in shown
