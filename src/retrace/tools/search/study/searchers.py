"""Who searches: a name for this process, and whether another one is still alive.

Optuna's own heartbeat serves databases and `study.optimize` only, and tries a lost trial again under
another number.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import psutil
from optuna.study import Study

# A searcher on another machine that is silent for longer is taken for dead.
SECONDS_BETWEEN_BEATS = 20
SECONDS_OF_SILENCE = 120


def this_searcher() -> str:
    """Return ``host:pid:start time``: another process with the same number is another searcher."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_time(os.getpid())}"


def is_alive(searcher: str, attributes: Mapping[str, Any]) -> bool:
    """Tell whether a searcher still runs.

    Parameters
    ----------
    searcher : str
        As `this_searcher` names it.
    attributes : dict
        The study's user attributes, heartbeats among them: they count for other machines, whose
        clocks should agree within a minute.
    """
    host, pid, start = searcher.rsplit(":", 2)
    if host == socket.gethostname():
        return psutil.pid_exists(int(pid)) and _start_time(int(pid)) == int(start)
    return time.time() - float(attributes.get(_key(searcher), 0)) < SECONDS_OF_SILENCE


def _start_time(pid: int) -> int:
    try:
        return int(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0


def _key(searcher: str) -> str:
    return f"alive {searcher}"


@contextmanager
def heartbeat(study: Study, searcher: str) -> Iterator[None]:
    """Write into a study, at once and again and again, that a searcher is alive."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(SECONDS_BETWEEN_BEATS):
            with suppress(Exception):  # the searcher itself meets the same, and says it
                study.set_user_attr(_key(searcher), time.time())

    study.set_user_attr(_key(searcher), time.time())
    thread = threading.Thread(target=repeat, daemon=True, name="heartbeat")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(1)
