"""A pipeline run: on this machine by KFP's own runner, or sent to a cluster."""

import contextlib
import io
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrace.core.errors import RetraceError
from retrace.tools.kubeflow.planning import Component
from retrace.tools.repository.sole_run import sole_run

if TYPE_CHECKING:
    from kfp.dsl.base_component import BaseComponent

HOME = Path(".retrace/kfp")

# Where components keep what they made, so that DVC sees what did not change; KFP caches nothing here.
FOLDERS = HOME / "stages"
KEEPS = "RETRACE_KFP_FOLDER"

STARTED = re.compile(r"Running stage '(?P<stage>[^']+)'")


class Log(io.TextIOBase):
    """What KFP and the stages say: into a file, and on the screen which stage runs."""

    def __init__(self, path: Path) -> None:
        self.screen = sys.stdout
        self.file = path.open("w", encoding="utf-8")
        self.ran: list[str] = []

    def write(self, text: str) -> int:
        """Take a text, and note the stages that it says are run."""
        for match in STARTED.finditer(text):
            self.ran.append(match["stage"])
            print(match["stage"], file=self.screen, flush=True)
        self.file.write(text)
        self.file.flush()
        return len(text)

    def close(self) -> None:
        """Close the file."""
        self.file.close()
        super().close()


def run_here(
    pipeline: "BaseComponent", components: Sequence[Component], arguments: Mapping[str, str]
) -> tuple[str, list[str]]:
    """Run a pipeline on this machine, its components as processes one after the other.

    Returns
    -------
    (str, list of str)
        The name of the run, and the stages of which a command ran.

    Raises
    ------
    RetraceError
        A stage failed; the message names the log.
    """
    from kfp import local

    (HOME / "logs").mkdir(parents=True, exist_ok=True)
    path = HOME / "logs" / f"{datetime.now():%Y-%m-%d-%H%M%S-%f}.log"
    with (
        sole_run("retrace kfp run"),
        tempfile.TemporaryDirectory(prefix="outputs-", dir=HOME) as outputs,
        _folders_kept(),
        _said_to(Log(path)) as log,
    ):
        # It speaks of the name of the image, which here is none.
        warnings.simplefilter("ignore")
        runner = local.SubprocessRunner(use_venv=False)
        local.init(runner=runner, pipeline_root=str(Path(outputs).absolute()), raise_on_error=True)
        try:
            task: Any = pipeline(**arguments)
        except RuntimeError as error:
            raise RetraceError(_failure(path, error)) from error
    # In a folder of a component each dvc.yaml is named as from the top folder here.
    names = [each.stage.name for each in components]
    return str(task.output), [name for name in names if name in log.ran]


def send(pipeline_file: Path, name: str, host: str, arguments: Mapping[str, str]) -> str:
    """Hand a compiled pipeline to a cluster; return the name of the run.

    Raises
    ------
    RetraceError
        The cluster does not answer, or refuses.
    """
    import kfp
    from kfp_server_api import ApiException
    from urllib3.exceptions import HTTPError

    try:
        with warnings.catch_warnings():
            # That it needs a cluster of Kubeflow Pipelines 2, each time anew.
            warnings.simplefilter("ignore", FutureWarning)
            client = kfp.Client(host=host)
        run = client.create_run_from_pipeline_package(
            str(pipeline_file), arguments=dict(arguments), experiment_name=name
        )
    except (ApiException, HTTPError, OSError, RuntimeError, ValueError) as error:
        message = " ".join(str(error).split())[:300]
        raise RetraceError(f"{host} does not take the run: {message or type(error).__name__}") from error
    return str(run.run_id)


@contextlib.contextmanager
def _folders_kept() -> Iterator[None]:
    """Let components, which have this environment, keep their folders."""
    os.environ[KEEPS] = str(FOLDERS.absolute())
    try:
        yield
    finally:
        del os.environ[KEEPS]


@contextlib.contextmanager
def _said_to(log: Log) -> Iterator[Log]:
    with (
        contextlib.redirect_stdout(log),
        contextlib.redirect_stderr(log),
        warnings.catch_warnings(),
        contextlib.closing(log),
    ):
        yield log


def _failure(log: Path, error: Exception) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines()]
    errors = [line for line in lines if line.startswith(("error: ", "ERROR: "))]
    reason = (errors or [str(error)])[0].removeprefix("error: ").removeprefix("ERROR: ")
    return f"{reason}: its log is {log}"
