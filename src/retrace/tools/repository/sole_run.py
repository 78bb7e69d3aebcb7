"""One run of the pipeline at a time in one folder."""

import contextlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

import psutil

from retrace.core.errors import RetraceError

RUN_LOCK = Path(".retrace/run.lock")

# What DVC's commands write down of the outputs that they are writing.
DVC_LOCK = Path(".dvc/tmp/rwlock")


@contextlib.contextmanager
def sole_run(command: str) -> Iterator[IO[str]]:
    """Hold this folder for one run of the pipeline.

    Parameters
    ----------
    command : str
        What the user typed, for whoever is refused meanwhile.

    Yields
    ------
    file
        Open and locked. A process that inherits it holds the folder too: then a run whose `retrace` was
        killed is still one.

    Raises
    ------
    RetraceError
        Another run, or a command of DVC's that writes outputs, is at work here.
    """
    import fcntl

    RUN_LOCK.parent.mkdir(exist_ok=True)
    with RUN_LOCK.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RetraceError(f"{_holder(file)} runs here: wait for it, or end it") from None
        if writer := _writer():
            raise RetraceError(f"{writer} writes outputs here: wait for it, or end it")
        file.truncate(0)
        since = f"{datetime.now():%Y-%m-%d %H:%M:%S}"
        file.write(json.dumps({"command": command, "process": os.getpid(), "since": since}))
        file.flush()
        yield file
        file.truncate(0)


def _holder(file: IO[str]) -> str:
    """Name the run that holds the folder."""
    file.seek(0)
    try:
        holder = json.loads(file.read())
        name = f"`{holder['command']}` (process {holder['process']}, since {holder['since']})"
        return (
            name if psutil.pid_exists(holder["process"]) else f"the `dvc repro` that {name} left behind"
        )
    except (ValueError, KeyError, TypeError):
        return "another `retrace repro`"


def _writer() -> str:
    """Name a living process that DVC knows as a writer of outputs; nothing where there is none."""
    try:
        writers = json.loads(DVC_LOCK.read_text(encoding="utf-8"))["write"].values()
        alive = (each for each in writers if psutil.pid_exists(each["pid"]))
        return next((f"`{each['cmd']}` (process {each['pid']})" for each in alive), "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""
