"""MLflow's own server and its pages, over the store of this project."""

import os
from collections.abc import Iterator
from pathlib import Path

from retrace.core.errors import RetraceError
from retrace.tools.tracking.store import ARTIFACTS, DATABASE, FOLDER

# `make mlflow` makes it: the server's packages are not those of the pipeline.
ENVIRONMENT = Path(".retrace/mlflow-server")

PAGES = "lib/python3*/site-packages/mlflow/server/js/build/index.html"


def serve(port: int) -> None:
    """Become MLflow's server on this machine's own address; Ctrl-C ends it.

    Raises
    ------
    RetraceError
        Nothing is logged yet, or the server is not installed.
    """
    if not (FOLDER / DATABASE).is_file():
        raise RetraceError(f"{FOLDER} holds no runs yet: `retrace mlflow` logs that of the workspace")
    program = server_program()
    print(f"http://127.0.0.1:{port} shows the runs of {FOLDER}; Ctrl-C ends it", flush=True)
    # Its jobs would be ten processes and two gigabytes for nothing here.
    own = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    os.chdir(FOLDER)
    os.execve(program, [program, *options(port)], os.environ | own)


def options(port: int) -> list[str]:
    """Return what the server is told, in the folder of the store."""
    return [
        "server",
        *("--backend-store-uri", f"sqlite:///{DATABASE}"),
        *("--artifacts-destination", f"./{ARTIFACTS}"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
    ]


def server_program() -> str:
    """Return an ``mlflow`` that has the pages; the one of requirements-mlflow.txt has not.

    Raises
    ------
    RetraceError
        There is none.
    """
    program = next((each for each in _programs() if has_pages(each)), None)
    if program is None:
        raise RetraceError(
            "MLflow's server is not installed: `make mlflow` installs it (600 MB) and starts it"
        )
    return str(program.absolute())


def has_pages(program: Path) -> bool:
    """Tell whether a program is of the whole MLflow, pages included."""
    return program.is_file() and any(program.parent.parent.glob(PAGES))


def _programs() -> Iterator[Path]:
    yield ENVIRONMENT / "bin/mlflow"
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        yield Path(folder) / "mlflow"
