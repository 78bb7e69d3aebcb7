"""Where runs are logged: the server that MLFLOW_TRACKING_URI names, or a store in this project."""

import contextlib
import fcntl
import logging
import os
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from retrace.core.errors import RetraceError
from retrace.tools.repository.addresses import without_secrets
from retrace.tools.repository.git import git

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

SERVER = "MLFLOW_TRACKING_URI"

# `mlflow server` takes these where it is told nothing: in this folder it opens it, wherever it is moved.
FOLDER = Path(".retrace/mlflow")
DATABASE, ARTIFACTS = "mlflow.db", "mlartifacts"

# A place as a server sees it; an absolute path would be wrong on another machine.
LOCATION = "mlflow-artifacts:/runs"

SECONDS_TO_ANSWER = 5

Files = Mapping[str, Path | bytes]


@dataclass(frozen=True, kw_only=True)
class Store:
    """An experiment of MLflow's that one process writes.

    Attributes
    ----------
    client : MlflowClient
        Speaks with the server or the project's own store.
    experiment : str
        Its id.
    home : Path or None
        The folder of the project's own store; None where a server has the files.
    """

    client: "MlflowClient"
    experiment: str
    home: Path | None

    def find(self, tags: Mapping[str, str]) -> "list[Run]":
        """Return the runs that have these tags, the first of them in front."""
        condition = " and ".join(f"tags.`{name}` = '{value}'" for name, value in tags.items())
        runs: list[Run] = []
        token = None
        while token or not runs:
            page = self.client.search_runs(
                [self.experiment], condition, max_results=1000, page_token=token
            )
            runs += page
            if not (token := page.token):
                break
        return sorted(runs, key=lambda run: (run.info.start_time, run.info.run_id))

    def put(self, run: "Run", files: Files) -> None:
        """Lay files beside a run, by their names; those of the same name are replaced."""
        if self.home is not None:
            place = run.info.artifact_uri.partition(":/")[2]
            _lay(files, self.home / ARTIFACTS / place)
            return
        with tempfile.TemporaryDirectory(prefix="retrace-") as folder:
            _lay(files, Path(folder))
            self.client.log_artifacts(run.info.run_id, folder)


@contextlib.contextmanager
def open_store() -> Iterator[Store]:
    """Open the store, and keep other writers of this clone waiting.

    Raises
    ------
    RetraceError
        MLflow is not installed, the server gives no answer, or the store fails.
    """
    own = f"sqlite:///{FOLDER.absolute() / DATABASE}"
    address = os.environ.get(SERVER)
    address = None if address == own else address
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Several processes that make the tables of a new database at once are in each other's way.
    with (FOLDER / "lock").open("w") as lock, _explained(address):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if address:
            _reach(address)
        client = _client(address or own)
        yield Store(
            client=client,
            experiment=_experiment(client, LOCATION if address is None else None),
            home=None if address else FOLDER,
        )


def _client(address: str) -> "MlflowClient":
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # it would call home
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    try:
        from mlflow import MlflowClient
    except ModuleNotFoundError as error:
        raise RetraceError(
            "retrace mlflow needs MLflow: run `pip install --no-deps -r requirements-mlflow.txt`"
        ) from error
    for name in ("mlflow", "alembic"):  # each step of making the tables is a line
        logging.getLogger(name).setLevel(logging.ERROR)
    return MlflowClient(address)


def _experiment(client: "MlflowClient", location: str | None) -> str:
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or _project()
    known = client.get_experiment_by_name(name)
    if known is None:
        return client.create_experiment(name, artifact_location=location)
    if known.lifecycle_stage != "active":
        raise RetraceError(
            f"MLflow's experiment '{name}' was deleted: restore it (`mlflow experiments restore"
            f" --experiment-id {known.experiment_id}`), or name another in MLFLOW_EXPERIMENT_NAME"
        )
    return known.experiment_id


def _project() -> str:
    """Return the repository's name: the same in each clone of it."""
    address = git("config", "remote.origin.url").rstrip("/")
    return PurePosixPath(address).name.removesuffix(".git") or Path.cwd().name


def _reach(address: str) -> None:
    """Ask a server for a sign of life: MLflow itself would ask again and again for minutes."""
    if not address.startswith(("http://", "https://")):
        return
    try:
        urllib.request.urlopen(f"{address.rstrip('/')}/health", timeout=SECONDS_TO_ANSWER).close()
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        raise RetraceError(
            f"MLflow's server at {without_secrets(address)} gives no answer ({reason}): start it, or"
            f" unset {SERVER} to log into {FOLDER}"
        ) from error


@contextlib.contextmanager
def _explained(address: str | None) -> Iterator[None]:
    try:
        yield
    except RetraceError:
        raise
    except Exception as error:
        if not type(error).__module__.startswith(("mlflow", "sqlalchemy", "sqlite3")):
            raise
        where = without_secrets(address or str(FOLDER))
        first = without_secrets((str(error).strip() or type(error).__name__).splitlines()[0])
        raise RetraceError(
            f"MLflow's store {where} fails: {first}: what is logged stays, the same command goes on"
        ) from error


def _lay(files: Files, folder: Path) -> None:
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, target)
        else:
            target.write_bytes(content)
