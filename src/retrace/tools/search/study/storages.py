"""Where a study is kept: a file that several processes share, or any of Optuna's storages."""

import fcntl
import itertools
import json
import os
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend

from retrace.core.errors import ArtifactError, RetraceError
from retrace.tools.repository.addresses import without_secrets

# How Optuna writes down that a trial has values: this is worth a wait for the disk.
STATE_CHANGED = 6

IN_THE_WAY = re.compile("already exists|locked")


class Journal(JournalFileBackend):
    """A file to which each change of a study is added as one line.

    Optuna reads it. Its own way to write waits for the disk at every line (four times the cost of a
    trial), leaves a lock behind when its process is killed, and adds to half a line. Here the system
    frees the lock, half a line is cut off, and a line that does not fit on the disk leaves no trace.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with writing_explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            super().__init__(str(path))

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """Go through the lines from one number on; half a line at the end is not there yet."""
        try:
            with writing_explained(self.path):
                yield from super().read_logs(log_number_from)
        except ValueError as error:
            raise ArtifactError(
                f"{self.path} is damaged ({error}): give the study another name"
            ) from error

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Add lines, all or none."""
        text = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        with writing_explained(self.path), self.path.open("r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            end = _whole_lines(file)
            try:
                file.write(text.encode())
                if file.tell() < end + len(text.encode()):
                    os.fsync(file.fileno())  # says why only a part was written
                    raise OSError(28, os.strerror(28))
                if any(log["op_code"] == STATE_CHANGED and log["values"] for log in logs):
                    os.fsync(file.fileno())
            except OSError:
                file.truncate(end)
                raise


def _whole_lines(file: Any) -> int:
    """Cut off what a killed process left of a line; return where the last whole line ends."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 1))
    if file.read(1) not in (b"", b"\n"):
        file.seek(0)
        end = file.read().rfind(b"\n") + 1
        file.truncate(end)
    return int(file.seek(end))


@contextmanager
def writing_explained(path: Path) -> Iterator[None]:
    """Say in one line why a file or folder of a study cannot be written."""
    try:
        yield
    except OSError as error:
        raise ArtifactError(
            f"{path} cannot be written ({error.strerror or error}): the study is intact; check the"
            f" rights and the free space of {path.parent.absolute()}, then give the same command again"
        ) from error


def open_storage(where: str) -> BaseStorage:
    """Open a file, or what a URL such as ``postgresql://user@host/name`` names.

    Raises
    ------
    ArtifactError
        A file cannot be written. What a database raises is for `storage_explained`.
    """
    if "://" not in where:
        return JournalStorage(Journal(Path(where)))
    return _database(where)


def _database(url: str) -> BaseStorage:
    from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

    for attempt in itertools.count():
        try:
            return RDBStorage(_with_driver(url), engine_kwargs={"pool_pre_ping": True})
        except (IntegrityError, ProgrammingError, OperationalError) as error:
            # Several searchers that make the tables of a new database at once are in each other's way;
            # whatever else is operational stays, such as a server that nobody answers at.
            is_race = not isinstance(error, OperationalError) or IN_THE_WAY.search(str(error))
            if attempt == 4 or not is_race:
                raise
    raise AssertionError


def _with_driver(url: str) -> str:
    """Let ``postgresql://`` mean the driver that is installed."""
    from importlib.util import find_spec

    if url.startswith("postgresql://") and not find_spec("psycopg2") and find_spec("psycopg"):
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
    return url


@contextmanager
def storage_explained(where: str | None) -> Iterator[None]:
    """Say in one line why a database fails, without the password that its URL may hold."""
    if where is None or "://" not in where:
        yield
        return
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, StorageInternalError, ImportError) as error:
        if isinstance(error, ArgumentError) and not isinstance(error.__cause__, Exception):
            raise RetraceError(
                f"--storage: got '{without_secrets(where)}', should be a file, or a URL such as sqlite:///hpo/studies.db"
                " or postgresql://user@host/name"
            ) from error
        cause = error.__cause__ if isinstance(error, StorageInternalError) and error.__cause__ else error
        first = str(getattr(cause, "orig", None) or cause).strip().splitlines()[0]
        message = without_secrets(f"--storage {where}: {first}")
        raise RetraceError(f"{message} (what is finished is kept)") from error
