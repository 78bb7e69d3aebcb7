"""MLflow's own server on this machine's own address, that can be killed and started again."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

SECONDS_TO_START = 240


def free_port():
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


class Server:
    """A server over a folder: told nothing but its port, or some options."""

    def __init__(self, folder, *options, program=None):
        own = Path(sys.executable).parent / "mlflow"
        program = program or (str(own) if own.is_file() else shutil.which("mlflow"))
        if program is None:
            pytest.skip("no mlflow here: pip install --no-deps -r requirements-mlflow.txt")
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.command = [program, "server", "--port", str(self.port), "--workers", "1", *options]

    def start(self):
        self.log = (self.folder.parent / f"{self.folder.name}.log").open("ab")
        variables = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
            | variables,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        return self

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def wait(self):
        end = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < end:
            assert self.process.poll() is None, "the server has ended"
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.address}/health", timeout=5).close()
                return self
            time.sleep(0.2)
        raise AssertionError("the server does not answer")

    def __enter__(self):
        return self.start().wait()

    def __exit__(self, *_):
        self.kill()

    def ask(self, path, **body):
        request = urllib.request.Request(
            f"{self.address}/api/2.0/mlflow/{path}",
            json.dumps(body).encode() if body else None,
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def runs(self):
        """Return all runs, as the server has them."""
        experiments = self.ask("experiments/search", max_results=100)["experiments"]
        ids = [each["experiment_id"] for each in experiments]
        return self.ask("runs/search", experiment_ids=ids, max_results=1000).get("runs", [])

    def artefacts(self, run, folder=""):
        """Open each file beside a run, and return their contents by name."""
        where = f"?run_id={run}" + (f"&path={quote(folder)}" if folder else "")
        found = {}
        for each in self.ask(f"artifacts/list{where}").get("files", []):
            if each.get("is_dir"):
                found |= self.artefacts(run, each["path"])
                continue
            address = f"{self.address}/get-artifact?run_uuid={run}&path={quote(each['path'])}"
            with urllib.request.urlopen(address, timeout=60) as answer:
                found[each["path"]] = answer.read()
        return found
