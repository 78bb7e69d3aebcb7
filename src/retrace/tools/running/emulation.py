"""Pairs on another processor: qemu-user runs programs as an Intel Haswell, say."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from retrace.core.errors import RetraceError
from retrace.tools.running.pairs import Hashes

QEMU = "qemu-x86_64"

# qemu itself crashes now and then, the 7.2 of Debian 12 often; that says nothing of what it runs.
TRIES = 4

# Seconds that a pair may take; an emulator that hangs is taken for one that crashed.
LONGEST = 3600

CRASHES = {-signal.SIGSEGV, 128 + signal.SIGSEGV}


def make_pairs_on(
    processor: str, names: Sequence[str], folder: Path = Path()
) -> Iterator[tuple[str, Hashes | None]]:
    """Make pairs on an emulated processor, and go on after each crash of the emulator.

    Parameters
    ----------
    processor : str
        One of ``qemu-x86_64 -cpu help``: its AVX2 must be among what it has.
    names : sequence of str
        As of `make_pair`.
    folder : Path
        Where params.yaml and data/ are.

    Yields
    ------
    tuple of (str, Hashes or None)
        None for a pair in which qemu crashed in each of four tries.

    Raises
    ------
    RetraceError
        qemu-user is not installed, knows no such processor, or a pair cannot be made.
    """
    if shutil.which(QEMU) is None:
        raise RetraceError(
            f"--processor: got '{processor}', but {QEMU} is not installed: Debian and Ubuntu have it as"
            " qemu-user"
        )
    left, tries = list(names), 0
    while left:
        for name, hashes in _made_until_a_crash(processor, left, folder):
            yield name, hashes
            left, tries = left[1:], 0
        tries += 1
        if left and tries == TRIES:
            yield left[0], None
            left, tries = left[1:], 0


def _made_until_a_crash(
    processor: str, names: Sequence[str], folder: Path
) -> Iterator[tuple[str, Hashes]]:
    make = [sys.executable, "-m", "retrace.tools.running.pairs", *names]
    command = [QEMU, "-cpu", processor, *make]
    with (
        tempfile.TemporaryFile("w+", errors="replace") as stderr,
        subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=stderr, text=True) as run,
    ):
        try:
            while line := _next_line(run):
                name, hashes = json.loads(line)
                yield name, Hashes(**hashes)
        except BaseException:  # nobody reads on
            run.kill()
            raise
        if run.wait() and run.returncode not in {*CRASHES, -signal.SIGKILL}:
            stderr.seek(0)
            raise RetraceError(f"{names[0]} on {processor}: {_last_line(stderr.read())}")


def _next_line(run: subprocess.Popen[str]) -> str:
    """Wait for what a process says next, but not forever; without another word it is empty."""
    watch = threading.Timer(LONGEST, run.kill)
    watch.start()
    try:
        return run.stdout.readline() if run.stdout else ""
    finally:
        watch.cancel()


def _last_line(stderr: str) -> str:
    """Leave out that qemu warns of features of a processor that no computation uses."""
    lines = [line for line in stderr.splitlines() if not line.startswith(f"{QEMU}: warning")]
    return lines[-1].removeprefix("error: ") if lines else "it ended without a word"
