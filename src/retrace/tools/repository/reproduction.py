"""`dvc repro`, started so that nothing outlives it, and its outputs put back where it failed."""

import argparse
import hashlib
import os
import re
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any, NoReturn

from retrace.core.artifacts import save_bytes
from retrace.core.errors import RetraceError, did_you_mean
from retrace.tools.repository.dvc import cached_file, open_repository, start_dvc
from retrace.tools.repository.git import read_blobs
from retrace.tools.repository.lock import (
    LOCK,
    Output,
    is_in_place,
    locked_outputs,
    parse_lock,
    read_lock,
)

# Ctrl-C, `kill`, a closed terminal.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

DAMAGED = Path(".retrace/damaged_dvc.lock")

# A stage that writes its last file should not be cut off; one that hangs should not stay.
SECONDS_TO_END = 10


class _Options(argparse.ArgumentParser):
    """Say what is wrong without the page that argparse prints before it."""

    def error(self, message: str) -> NoReturn:
        raise RetraceError(f"{message}: `dvc repro --help` tells all")


def check_options(arguments: Sequence[str]) -> None:
    """Refuse options that `dvc repro` does not have, before DVC is started.

    Raises
    ------
    RetraceError
        One is unknown, or lacks its value.
    """
    from dvc.cli.parser import get_parent_parser
    from dvc.commands.repro import add_parser

    commands = _Options().add_subparsers()
    add_parser(commands, get_parent_parser())
    options = commands.choices["repro"]
    unknown = options.parse_known_args(arguments)[1]
    for wrong in (word for word in unknown if word.startswith("-")):
        known = re.findall(r"--[a-z-]+", options.format_help())
        raise RetraceError(
            f"{wrong} is no option of `retrace repro`{did_you_mean(wrong, known)}:"
            " `dvc repro --help` tells all"
        )


def run_pipeline(arguments: Sequence[str], holding: IO[str]) -> int:
    """Run `dvc repro`, and pass on what should end it to all that it started.

    Parameters
    ----------
    arguments : sequence of str
        Options and targets of `dvc repro`.
    holding : file
        From `retrace.tools.repository.sole_run.sole_run`.

    Returns
    -------
    int
        The exit status, 0 where all went well; minus the signal where one ended it.
    """
    # At a prompt the terminal's own group is right: a stage may ask, and Ctrl-Z stops all of it.
    own_group = not (sys.stdin.isatty() and os.getpgrp() == os.getpid())
    with _heard() as ending:
        process = start_dvc(
            "repro", *arguments, pass_fds=[holding.fileno()], process_group=0 if own_group else None
        )
        ending.pass_to(process.pid if own_group else os.getpgrp())
        status = process.wait()
    if ending.signals and own_group:
        _end(process.pid)
    return -ending.signals[0] if ending.signals else status


class _Ending:
    """The signals that came to end us, and the group of processes that they are passed on to."""

    def __init__(self) -> None:
        self.signals: list[int] = []
        self.group: int | None = None

    def pass_to(self, group: int) -> None:
        self.group = group
        for number in self.signals:
            self._pass_on(number)

    def handle(self, number: int, _frame: FrameType | None) -> None:
        self.signals.append(number)
        self._pass_on(number)

    def _pass_on(self, number: int) -> None:
        if self.group == os.getpgrp():
            # The terminal sends Ctrl-C to all of its group, but `kill` reaches us alone.
            if number == signal.SIGINT:
                return
            signal.signal(number, signal.SIG_IGN)
        if self.group is not None:
            # Whoever asks a second time means it.
            _send(self.group, number if len(self.signals) < 2 else signal.SIGKILL)


@contextmanager
def _heard() -> Iterator[_Ending]:
    """Hear the signals that would end us, but for those that our parent wants ignored."""
    ending = _Ending()
    numbers = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, ending.handle) for number in numbers}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(group: int) -> None:
    """Wait until all of a group is gone, and end what stays."""
    deadline = time.monotonic() + SECONDS_TO_END
    while _send(group, 0) and time.monotonic() < deadline:
        time.sleep(0.05)
    _send(group, signal.SIGKILL)


def _send(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def mend_lock() -> str:
    """Bring back the committed dvc.lock in place of one that a kill cut off.

    Returns
    -------
    str
        What was done, for the user; empty where there was nothing to mend.

    Raises
    ------
    RetraceError
        It is damaged, and Git has no whole one, or a merge is to be ended first.
    """
    try:
        read_lock()
        return ""
    except RetraceError:
        content = LOCK.read_bytes()
        committed = read_blobs([f"HEAD:./{LOCK}"]).get(f"HEAD:./{LOCK}", b"")
        if b"<<<<<<<" in content or not committed:
            raise
        parse_lock(committed, f"{LOCK} of HEAD")
    DAMAGED.parent.mkdir(exist_ok=True)
    DAMAGED.write_bytes(content)
    save_bytes(committed, LOCK)
    return f"{LOCK} was cut off, so the committed one was brought back; what it was is in {DAMAGED}"


def restore_outputs(before: Mapping[Path, bytes]) -> None:
    """After a run that failed, make the outputs again what dvc.lock says that they are.

    Parameters
    ----------
    before : dict of Path to bytes
        The outputs that only Git keeps, as they were before the run.

    Raises
    ------
    RetraceError
        Another command of DVC's is at work on the outputs: they are its own, and left alone.
    """
    from dvc.lock import LockError
    from dvc.repo import lock_repo
    from dvc.rwlock import rwlock

    paths = [str(Path(output.path).absolute()) for output in locked_outputs()]
    with open_repository(notes=True) as repo:
        hardlink = repo.config["core"].get("hardlink_lock", False)
        try:
            # What another `dvc repro` is making looks damaged from here: it must not be touched.
            with (
                lock_repo(repo),
                rwlock(repo.tmp_dir, repo.fs, "retrace repro", [], paths, hardlink),
            ):
                _put_back(repo, before)
        except LockError as error:
            raise RetraceError(
                "another command of DVC's works on the outputs, so they were left as they are: run"
                " `retrace repro` again when it has ended"
            ) from error


def _put_back(repo: Any, before: Mapping[Path, bytes]) -> None:
    from dvc.exceptions import DvcException

    wrong = [output for output in locked_outputs() if not is_in_place(output)]
    for output in wrong:
        if _has(before, output):
            save_bytes(before[Path(output.path)], Path(output.path))
    others = [output for output in wrong if Path(output.path) not in before]
    if targets := [output.path for output in others if cached_file(output.md5).exists()]:
        try:
            repo.checkout(targets, force=True, allow_missing=True)
        except DvcException:
            return  # What cannot be put back is made by the next run.


def _has(before: Mapping[Path, bytes], output: Output) -> bool:
    content = before.get(Path(output.path))
    return content is not None and hashlib.md5(content).hexdigest() == output.md5
