"""Who searches: a name for this process, and whether another one is still alive."""

import os
import socket
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import psutil

if TYPE_CHECKING:
    from optuna.study import Study

# A searcher on another machine gives a sign of life so often; silent for longer, it is taken for dead.
SECONDS_BETWEEN_SIGNS = 20
SECONDS_OF_SILENCE = 120


def this_searcher() -> str:
    """Return ``host:pid:start time``: another process with the same number is another searcher."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_time(os.getpid())}"


def is_alive(searcher: str, signs: Mapping[str, Any]) -> bool:
    """Tell whether a searcher still runs.

    Parameters
    ----------
    searcher : str
        As `this_searcher` names it.
    signs : dict
        The study's user attributes, signs of life among them: they count for other machines, whose
        clocks should agree within a minute.
    """
    host, pid, start = searcher.rsplit(":", 2)
    if host == socket.gethostname():
        return psutil.pid_exists(int(pid)) and _start_time(int(pid)) == int(start)
    return time.time() - float(signs.get(_key(searcher), 0)) < SECONDS_OF_SILENCE


def _start_time(pid: int) -> int:
    try:
        return int(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0


def _key(searcher: str) -> str:
    return f"alive {searcher}"


class SignsOfLife:
    """Write into a study, again and again, that a searcher is alive; a context manager."""

    def __init__(self, study: "Study", searcher: str) -> None:
        self._study = study
        self._searcher = searcher
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._repeat, daemon=True, name="signs of life")

    def __enter__(self) -> Self:
        """Give the first sign before any trial begins."""
        self._study.set_user_attr(_key(self._searcher), time.time())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._over.set()
        self._thread.join(1)

    def _repeat(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN_SIGNS):
            try:
                self._study.set_user_attr(_key(self._searcher), time.time())
            except Exception:  # the searcher itself meets the same, and says it
                continue
