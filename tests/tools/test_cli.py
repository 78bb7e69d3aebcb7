from typer.testing import CliRunner

from project import ROOT
from retrace.tools.cli import COMMANDS, cli


def test_help_names_every_command():
    shown = CliRunner().invoke(cli, ["--help"]).output
    for commands in COMMANDS.values():
        for command in commands:
            assert f" {command.replace('_', '-')} " in shown


def test_docs_name_every_command():
    page = (ROOT / "docs/commands.md").read_text()
    for commands in COMMANDS.values():
        for command in commands:
            assert f"`retrace {command.replace('_', '-')}" in page
