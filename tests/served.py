"""`retrace serve` as a process of its own, in a clone."""

import contextlib
import re
import subprocess

from project import environment, warm_python


@contextlib.contextmanager
def served(project, *arguments):
    """Start a server on a free port; yield the process and its address."""
    process = subprocess.Popen(
        [warm_python(), "-m", "retrace", "serve", "--port", "0", *arguments],
        cwd=project.folder,
        env=environment(project),
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
