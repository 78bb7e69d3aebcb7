# ruff: noqa: PTH109, PTH115, PTH123
"""What is called in place of ``python``: it has its arguments run in a fork of the warm process.

It ends as that ends. It starts often, so it imports little: pathlib would double its time.
"""

import json
import os
import re
import signal
import socket
import sys

# What a library or the interpreter reads once, as it starts.
AT_START = (
    *("PYTHON", "LC_", "LANG", "LD_", "MALLOC"),
    *("OMP_", "MKL_", "ATEN_", "ONEDNN_", "OPENBLAS_", "NPY_"),
)
NO_MATTER = {"PYTHONPATH", "LD_LIBRARY_PATH"}

# `retrace` asks for it, and where all is UTF-8 already it changes nothing.
UTF8 = {("PYTHONUTF8", "1")} if sys.getfilesystemencoding() == "utf-8" else set()
MODULES = {"retrace", "dvc"}


def situation(environment):
    """Return what a fork would have from the warm process, whatever is asked for."""
    with open("/proc/self/limits") as limits:
        limited = limits.read()
    return {
        "variables": {
            name: value
            for name, value in sorted(environment.items())
            if name.startswith(AT_START) and name not in NO_MATTER and (name, value) not in UTF8
        },
        "namespaces": [os.readlink(f"/proc/self/ns/{kind}") for kind in ("mnt", "net", "user", "pid")],
        "user": [os.getuid(), os.getgid()],
        "limits": limited,
    }


def can_be_forked(arguments):
    """Tell whether a script, or a module that is known, is run, and nobody watches at a terminal."""
    match arguments:
        case ["-m", module, *_]:
            known = module.partition(".")[0] in MODULES
        case [script, *_]:
            known = script.endswith(".py")
        case _:
            known = False
    return known and not is_native() and not any(os.isatty(stream) for stream in (0, 1, 2))


def is_native():
    """Tell whether ``train.instructions`` may ask for others than those that the warm process has."""
    try:
        with open("params.yaml") as file:
            return re.search(r"instructions\W+native", file.read()) is not None
    except OSError:
        return False


def run(arguments, address):
    """Have it run, with this process's streams, folder and environment; return how it ended."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        asked = json.dumps([arguments, os.getcwd(), dict(os.environ), os.umask(0o22), os.getpgrp()])
        data = os.fsencode(asked)
        socket.send_fds(server, [len(data).to_bytes(8, "big")], [0, 1, 2])
        server.sendall(data)
        return json.loads(server.makefile().readline() or "[9, 0]")


def main():
    """Run what is asked for, warm or not."""
    address, start, *arguments = sys.argv[1:]
    with open(start) as file:
        python, there = json.load(file)
    if not can_be_forked(arguments) or situation(os.environ) != there:
        os.execv(python, [python, *arguments])
    ended_by, status = run(arguments, address)
    if ended_by:
        signal.signal(ended_by, signal.SIG_DFL) if ended_by != signal.SIGKILL else None
        os.kill(os.getpid(), ended_by)
    os._exit(status)


if __name__ == "__main__":
    main()
