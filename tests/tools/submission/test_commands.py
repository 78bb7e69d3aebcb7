from typer.testing import CliRunner

from retrace.core.errors import RetraceError
from retrace.tools.cli import cli


def test_a_file_of_resources_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["submit", "--resources", "ours.yaml"])
    assert isinstance(done.exception, RetraceError)
    assert str(done.exception).startswith("ours.yaml is not here: write it")
