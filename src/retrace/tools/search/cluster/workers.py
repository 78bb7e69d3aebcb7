"""What runs in a worker: the data of a search, which come once, and one trial at a time."""

import os
import pickle
import platform
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any

from retrace.core.code_hash import PACKAGE, code_hash
from retrace.core.errors import RetraceError
from retrace.core.instructions import instructions_in_effect
from retrace.core.own_code import own_code_hash
from retrace.models.provenance import LIBRARIES, version_of
from retrace.tools.search.trials.evaluating import Objective, Outcome

# Threads and global generators belong to the process: two trials in one would change each other's bits.
ONE_AT_A_TIME = threading.Lock()

# Where the answers to a trial's reports arrive: the search's topic, the trial's number, the attempt.
Mailbox = tuple[str, int, int]

ANSWERS: dict[Mailbox, SimpleQueue[tuple[int, bool]]] = {}

# An answer gets lost where a connection breaks; the searcher knows a report that it has answered.
SECONDS_TO_REPEAT = 20.0


class DiffersError(RetraceError):
    """A worker's code or libraries are not those of the searcher."""


def dask_setup(_: object) -> None:
    """Leave Ctrl-C to the searcher, which ends its own workers (a preload of Dask)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def versions() -> dict[str, str]:
    """Return what decides over bits: the code here, Python, the libraries, the CPU's instructions."""
    python = ".".join(platform.python_version_tuple()[:2])
    code = code_hash(PACKAGE.rglob("*.py"))[:8]
    libraries = {package: version_of(package) or "missing" for package in LIBRARIES.values()}
    # None: Dask loaded NumPy before retrace could pin what it takes.
    instructions = instructions_in_effect() or "of its processor"
    here = {"retrace": code, "Python": python, "instructions": instructions} | libraries
    own = own_code_hash()
    return here | {"src/ of the project": own} if own else here


def unpack(payload: bytes, searcher: dict[str, str]) -> Objective:
    """Unpack what computes trials, where this process computes the same bits as the searcher.

    Raises
    ------
    DiffersError
        Naming each version that differs: ``"torch 2.12.0 (here 2.13.0)"``.
    """
    ours = versions()
    differing = [
        f"{name} {ours.get(name, 'missing')} (here {theirs})"
        for name, theirs in searcher.items()
        if ours.get(name) != theirs
    ]
    if differing:
        raise DiffersError(", ".join(differing))
    objective: Objective = pickle.loads(payload)
    return objective


def run_trial(objective: Objective, mailbox: Mailbox, overrides: Mapping[str, Any]) -> Outcome:
    """Compute a trial in this process; reports wait for the searcher's answers."""
    report = Reporting(mailbox)
    try:
        with _alone(report):
            outcome = objective(overrides, report)
    finally:
        ANSWERS.pop(mailbox, None)
    place = f"{socket.gethostname()}:{os.getpid()}"
    return replace(outcome, attributes=outcome.attributes | {"worker": place})


def deliver(mailbox: Mailbox, step: int, stop: bool) -> None:
    """Hand over the searcher's answer; called by `Client.run`, beside the trial that waits for it."""
    if mailbox in ANSWERS:
        ANSWERS[mailbox].put((step, stop))


class Reporting:
    """The callback of a trial in a worker."""

    def __init__(self, mailbox: Mailbox) -> None:
        from distributed import get_worker

        self._mailbox = mailbox
        self._answers: SimpleQueue[tuple[int, bool]] = SimpleQueue()
        ANSWERS[mailbox] = self._answers
        self._worker = get_worker()
        self._key = self._worker.get_current_task()

    def __call__(self, step: int, value: float) -> bool:
        """Tell the searcher; wait for its answer, or until nobody wants this trial any more."""
        topic, *trial = self._mailbox
        sent = -SECONDS_TO_REPEAT
        while self.wanted():
            if time.monotonic() - sent >= SECONDS_TO_REPEAT:
                self._worker.log_event(topic, [*trial, int(step), float(value)])
                sent = time.monotonic()
            try:
                answered, stop = self._answers.get(timeout=0.5)
            except Empty:
                continue
            if answered == step:
                return stop
        return True

    def wanted(self) -> bool:
        """Tell whether the searcher still waits for this trial: Dask takes back what nobody holds."""
        task = self._worker.state.tasks.get(self._key)
        going = self._worker.status.name in {"running", "paused", "closing_gracefully"}
        return going and task is not None and task.state in {"executing", "long-running"}


@contextmanager
def _alone(report: Reporting) -> Iterator[None]:
    """Wait for another search's trial in this process, as where a worker has several threads."""
    while not ONE_AT_A_TIME.acquire(timeout=0.5):
        if not report.wanted():
            raise RetraceError("nobody waits for this trial any more")
    try:
        yield
    finally:
        ONE_AT_A_TIME.release()
