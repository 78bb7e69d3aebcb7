"""`retrace serve` as a process of its own, in a clone."""

import contextlib
import re
import subprocess
import sys

from project import environment


@contextlib.contextmanager
def served(project, *arguments):
    """Start a server on a free port; yield the process and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "retrace", "serve", "--port", "0", *arguments],
        cwd=project.folder,
        env=environment(project) | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        line = process.stdout.readline()
        yield process, re.search(r"http://\S+", line)[0]
    finally:
        process.kill()
        process.communicate()
