import pytest
from typer.testing import CliRunner

from retrace.core.errors import RetraceError
from retrace.tools.cli import cli


def test_options_without_a_store_ask_for_it():
    run = CliRunner().invoke(cli, ["remote", "--region", "eu-central-1"])
    assert isinstance(run.exception, RetraceError)
    assert "say which store: `retrace remote s3://<bucket>/<folder> ...`" in str(run.exception)


@pytest.mark.slow
def test_one_command_sets_up_a_store_and_tries_it(clone, swift):
    run = clone.retrace("remote", "s3://shared/elsewhere", "--endpoint-url", swift.url)
    assert run.stdout.splitlines() == [
        "wrote .dvc/config and .dvc/s3-client: `git add .dvc/config .dvc/s3-client` and commit",
        "the remote 'store' (s3://shared/elsewhere) answers and may be read and written",
    ]
    written = (clone / ".dvc/config").read_text() + (clone / ".dvc/s3-client").read_text()
    assert not any(secret in written for secret in swift.keys().values() if secret != "us-east-1")


@pytest.mark.slow
def test_a_reader_learns_that_it_may_only_read(clone, swift):
    run = clone.retrace("remote", **swift.keys("lab:reader"))
    assert "answers and may be read, not written: the key has no right to do this" in run.stdout
