"""The warm process: it loads the libraries, and forks for each program that a client wants run."""

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import warnings
from pathlib import Path

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

# What the stages, `retrace` and DVC import between them.
LIBRARIES = """
dulwich.repo dvc.cli.parser dvc.commands.repro dvc.data_cloud dvc.repo.graph dvc.repo.reproduce
jinja2 joblib matplotlib.backends.backend_svg matplotlib.figure narwhals.stable.v2 networkx pandas
pandera.pandas PIL.Image PIL.ImageOps pyarrow.pandas_compat pyarrow.parquet pydantic.dataclasses
ruamel.yaml sklearn.calibration sklearn.compose sklearn.datasets sklearn.ensemble
sklearn.feature_selection sklearn.impute sklearn.inspection sklearn.linear_model
sklearn.model_selection sklearn.naive_bayes sklearn.neighbors sklearn.pipeline sklearn.preprocessing
torch typer
"""


def serve(listening):
    """Answer clients until the process that started this one is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([listening, sys.stdin], [], [])
        if sys.stdin in ready:
            os._exit(0)
        client, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            return watch(client)
        client.close()


def watch(client):
    """Start what the client wants; tell it how that ended, or end it when the client is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, streams, _, _ = socket.recv_fds(client, 8, 3)
    asked = json.loads(client.makefile("rb").read(int.from_bytes(length, "big")))
    program = os.fork()
    if program == 0:
        client.close()
        return become(streams, *asked)
    for stream in streams:
        os.close(stream)
    ended = os.pidfd_open(program)
    ready, _, _ = select.select([ended, client], [], [])
    if ended not in ready:
        os.kill(program, signal.SIGKILL)
    _, status = os.waitpid(program, 0)
    how = [os.WTERMSIG(status), 0] if os.WIFSIGNALED(status) else [0, os.WEXITSTATUS(status)]
    with contextlib.suppress(OSError):
        client.sendall(json.dumps(how).encode() + b"\n")
    os._exit(0)


def become(streams, arguments, folder, environment, umask, group):
    """Stand where the client stands, and return the program that it asks for."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    with contextlib.suppress(OSError):
        os.setpgid(0, group)
    os.chdir(folder)
    os.umask(umask)
    os.environ.clear()
    os.environ.update(environment)
    sys.stdin = open(0)  # noqa: SIM115
    sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    return arguments


def end(status):
    """End as Python does, but leave it to the system to free what was loaded: it would take long."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)


def run(arguments):
    """Run a script or a module as ``python`` does."""
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        sys.path.insert(0, str(Path.cwd()))
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        sys.path.insert(0, str(Path(arguments[0]).absolute().parent))
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    listening, sys.executable = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
    with warnings.catch_warnings(action="ignore"):
        for name in LIBRARIES.split():
            importlib.import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] == "retrace"]:
        del sys.modules[name]
    # This folder, and the package that came along for its pins; where it is installed it is found last.
    sys.path[:2], source = [], sys.path[1]
    sys.path.append(source)
    gc.freeze()
    try:
        run(serve(listening))
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
        end(ended.code if isinstance(ended.code, int) else int(ended.code is not None))
    end(0)
