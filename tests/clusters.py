"""A Dask cluster as a user starts it: a scheduler and workers, each a process of its own."""

import json
import os
import subprocess
import time
from pathlib import Path

from project import warm_python

ROOT = Path(__file__).parents[1]
MODULE = Path(__file__).with_name("run_module.py")


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"not so after {seconds} s"
        time.sleep(0.05)
    return found


class Cluster:
    """Processes of one cluster; a prefix such as ``ip netns exec`` puts them elsewhere."""

    def __init__(self, folder, *, host="127.0.0.1", prefix=()):
        self.folder = folder
        self.processes = []
        self.workers = []
        file = folder / "scheduler.json"
        self.scheduler = self.start(
            *prefix, warm_python(), MODULE, "distributed.cli.dask_scheduler", "--host", host,
            "--port", "0", "--no-dashboard", "--scheduler-file", str(file),
        )  # fmt: skip
        wait_until(lambda: file.exists() and file.read_text())
        self.address = json.loads(file.read_text())["address"]

    def start(self, *command, **variables):
        path = f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}"
        own = {"PYTHONPATH": path, "DASK_TEMPORARY_DIRECTORY": str(self.folder)}
        with (self.folder / f"{len(self.processes)}.log").open("w") as log:
            process = subprocess.Popen(command, env=os.environ | own | variables, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def add_worker(self, *options, nanny=False, threads=1, prefix=(), **variables):
        return self.start(
            *prefix, warm_python(), MODULE, "distributed.cli.dask_worker", self.address,
            "--nthreads", str(threads), "--no-dashboard", "--nanny" if nanny else "--no-nanny",
            *options, **variables,
        )  # fmt: skip

    def wait_for_workers(self, n):
        """Wait until the scheduler has this many, no more and no fewer."""
        from distributed import Client  # tests without a cluster use this module too

        with Client(self.address, set_as_default=False) as client:
            wait_until(lambda: len(client.scheduler_info(n_workers=-1)["workers"]) == n)

    def end(self, process):
        process.kill()
        process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:  # a nanny's worker ends with it
            self.end(process)
