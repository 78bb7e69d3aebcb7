"""A PostgreSQL server of Debian's, on loopback, in a folder that goes away with it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from clusters import wait_until


def find_programs():
    """Return the folder of the newest version that is installed, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


@contextmanager
def running_server():
    """Yield the URL of an empty database."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="retrace-postgres-"))
    as_owner = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
        as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    try:
        initialise = [*as_owner, programs / "initdb", "--auth=trust", "--username=postgres", "--no-sync"]
        subprocess.run([*initialise, folder / "data"], cwd=folder, capture_output=True, check=True)
        with _serving([*as_owner, programs / "postgres"], folder) as port:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder)


@contextmanager
def _serving(program, folder):
    port = _free_port()
    options = [
        "-D",
        folder / "data",
        "-k",
        folder,
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-c",
        "fsync=off",
    ]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([*program, *options], cwd=folder, stdout=log, stderr=log)
    try:
        wait_until(lambda: "ready to accept connections" in (folder / "log").read_text())
        yield port
    finally:
        server.send_signal(signal.SIGINT)  # a fast shutdown
        server.wait(20)


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
