"""A Python that starts warm: tests start hundreds of stages, and most of their time went into imports.

`Warm.program` is called as ``python`` is. It has what it is told to run forked from a process in which
the libraries (never `retrace` itself) are loaded. Where something differs that only a start can bring
about, such as PYTHONHASHSEED, the locale, a pin of the CPU's instructions, a limit or a namespace of
files, it is Python itself.
"""

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from warm_python.client import situation

HERE = Path(__file__).parent


class Warm:
    """The process that others are forked from, one for each process of pytest.

    Attributes
    ----------
    program : Path
        What to call in place of `sys.executable`.
    """

    def __init__(self):
        self.folder = folder = Path(tempfile.mkdtemp(prefix="warm"))
        self.program = folder / "bin/python"
        self.program.parent.mkdir()
        client = [HERE / "client.py", folder / "socket", folder / "situation.json"]
        words = shlex.join([sys.executable, "-ISE", *map(str, client)])
        self.program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        self.program.chmod(0o755)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(folder / "socket"))
        listening.listen(20)
        (folder / "situation.json").write_text(json.dumps([sys.executable, situation(os.environ)]))
        self.server = subprocess.Popen(
            [sys.executable, HERE / "server.py", str(listening.fileno()), self.program],
            pass_fds=[listening.fileno()],
            stdin=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(HERE.parents[1] / "src")},
        )
        listening.close()

    def stop(self):
        """End it; what it has started goes on."""
        self.server.kill()
        self.server.wait()
        shutil.rmtree(self.folder)
