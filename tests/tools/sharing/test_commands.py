import time

import pytest
from typer.testing import CliRunner

from retrace.core.errors import RetraceError
from retrace.tools.cli import cli
from retrace.tools.repository.dvc import open_repository
from retrace.tools.sharing.commands import _size
from retrace.tools.sharing.store import Store, write
from swift import free_ports

SECONDS = 15


@pytest.mark.parametrize(
    ("size", "shown"), [(0, "0 bytes"), (1234, "1.2 kB"), (3_400_000, "3.4 MB"), (2 * 10**9, "2.0 GB")]
)
def test_sizes_are_shown_as_people_say_them(size, shown):
    assert _size(size) == shown


def moved(clone, name, **fields):
    """Clone with another address of its store."""
    copy = clone.clone(name)
    with open_repository(copy.folder) as repo:
        write(repo, Store(name="store", **({"url": "s3://shared/x"} | fields)))
    return copy


@pytest.mark.slow
def test_what_cannot_work_costs_one_line_and_seconds(clone, swift):
    gone = f"http://127.0.0.1:{free_ports(1)[0]}"
    cases = {
        "do not fit together": ("pull", clone, swift.keys("lab:nobody", "x")),
        "key and its secret": ("push", clone, swift.keys("lab:writer", "wrong")),
        "there is no key": ("pull", clone, dict.fromkeys(swift.keys(), "")),
        "bucket is not there": ("push", moved(clone, "b", url="s3://none/x", endpoint=swift.url), {}),
        "nothing answers there": ("pull", moved(clone, "c", endpoint=gone), {}),
    }
    for says, (command, each, keys) in cases.items():
        start = time.monotonic()
        run = each.retrace(command, check=False, **keys)
        assert time.monotonic() - start < SECONDS
        assert run.returncode == 1
        assert len(run.stderr.splitlines()) == 1
        assert says in run.stderr


@pytest.mark.slow
def test_a_server_that_never_answers_costs_one_line_and_seconds(clone, silent_server):
    away = moved(clone, "d", endpoint=silent_server)
    start = time.monotonic()
    runs = [away.start(command) for command in ("push", "pull")]
    for run in runs:
        error = run.communicate()[1]
        assert run.returncode == 1
        assert len(error.splitlines()) == 1
        assert "no answer in 8 seconds" in error
    assert time.monotonic() - start < SECONDS


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
