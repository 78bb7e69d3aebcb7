"""The same command on another processor: qemu-user runs programs as an Intel Haswell, say."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence

from retrace.core.errors import RetraceError

QEMU = "qemu-x86_64"

# qemu itself crashes now and then; that says nothing of the program that it runs.
TRIES = 4

CRASHES = {-signal.SIGSEGV, 128 + signal.SIGSEGV}


def run_on(processor: str, arguments: Sequence[str]) -> int:
    """Run ``python -m retrace`` on an emulated processor, with this one's standard output.

    Parameters
    ----------
    processor : str
        One of ``qemu-x86_64 -cpu help``: its AVX2 must be among what it has.
    arguments : sequence of str
        Of the command.

    Returns
    -------
    int
        The exit status.

    Raises
    ------
    RetraceError
        qemu-user is not installed, or crashed in each of four tries.
    """
    if shutil.which(QEMU) is None:
        raise RetraceError(
            f"--processor: got '{processor}', but {QEMU} is not installed: Debian and Ubuntu have it as"
            " qemu-user"
        )
    command = [QEMU, "-cpu", processor, sys.executable, "-m", "retrace", *arguments]
    for _ in range(TRIES):
        # qemu warns of features of the processor that no computation uses.
        run = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
        if run.returncode not in CRASHES:
            said = [
                line for line in run.stderr.splitlines() if not line.startswith("qemu-x86_64: warning")
            ]
            print(*said, sep="\n", end="\n" if said else "", file=sys.stderr)
            return run.returncode
    raise RetraceError(
        f"{QEMU} crashed in each of {TRIES} tries: try again, or with another version of it"
    )
