import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from project import ROOT
from retrace.core.errors import RetraceError
from retrace.tools.cli import FILES, cli


def test_help_names_every_command():
    shown = CliRunner().invoke(cli, ["--help"]).output
    for command in FILES:
        assert f" {command} " in shown


def test_docs_name_every_command():
    page = (ROOT / "docs/commands.md").read_text()
    for command in FILES:
        assert f"`retrace {command}" in page


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("search --trails 3", "--trails is no option of `retrace search` (did you mean '--trials'?)"),
        ("serch", "serch is no command (did you mean 'search'?)"),
        ("search --trials 0", "Invalid value for '--trials': should be greater than or equal to 1"),
        ("search --trials", "Option '--trials' requires an argument"),
        ("new", "Missing argument 'DIR'"),
        ("compare a b c", "Got unexpected extra argument(s) (c)"),
    ],
)
def test_a_mistake_in_a_command_is_one_line(command, said):
    with pytest.raises(RetraceError) as told:
        cli(command.split())
    assert re.fullmatch(rf"{re.escape(said)}: `retrace(?: [a-z]+)? --help` tells all", str(told.value))


def test_no_command_is_a_question_for_all_of_them():
    asked = CliRunner().invoke(cli, [])
    assert asked.exit_code == 0
    assert " repro " in asked.output


def test_what_the_commands_import_at_once_is_light():
    heavy = "{'numpy', 'pandas', 'torch', 'dvc', 'sklearn', 'pydantic'} & set(sys.modules)"
    code = f"import sys, retrace.tools.cli; sys.exit(str({heavy} or ''))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.strip() == ""
