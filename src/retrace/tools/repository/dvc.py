"""DVC: the program that is installed beside this Python, its view of a repository, and its cache."""

import functools
import importlib.metadata
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from retrace.core.errors import RetraceError

# `dvc`, with stages recorded only where their inputs stayed as they were.
GUARDED = "retrace.tools.repository.guarded_dvc"


def version() -> str:
    """Return the version of DVC that is installed."""
    return importlib.metadata.version("dvc")


def run_dvc(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``dvc`` with the Python that runs now; stages then find the same ``python``."""
    environment = _environment() | options.pop("env", {})
    return subprocess.run(_command(arguments), env=environment, text=True, check=False, **options)


def start_dvc(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start ``dvc`` as `run_dvc` does, and leave the waiting to the caller."""
    return subprocess.Popen(_command(arguments), env=_environment(), text=True, **options)


def _command(arguments: tuple[str, ...]) -> list[str]:
    program = GUARDED if arguments[:1] == ("repro",) else "dvc"
    return [sys.executable, "-m", program, *arguments]


def _environment() -> dict[str, str]:
    folder = str(Path(sys.executable).parent)
    return os.environ | {"PATH": os.pathsep.join([folder, os.environ.get("PATH", "")])}


@contextmanager
def open_repository(folder: Path = Path(), *, notes: bool = False) -> Iterator[Any]:
    """Open DVC's view of a repository.

    Parameters
    ----------
    folder : Path
        Its top folder.
    notes : bool
        Whether DVC may use its own notes, under .dvc/tmp: its queue is there. Without them nothing is
        written, so a repository that is read-only will do.

    Raises
    ------
    RetraceError
        DVC cannot read it: not a repository, or a mistake in dvc.yaml, dvc.lock or a .dvc file.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from scmrepo.exceptions import SCMError

    class ReadOnlyRepo(Repo):
        tmp_dir: str = ""
        site_cache_dir: str = ""

        def _ignore(self) -> None:
            pass

    try:
        with tempfile.TemporaryDirectory(prefix="retrace-") as elsewhere:
            ReadOnlyRepo.tmp_dir = ReadOnlyRepo.site_cache_dir = elsewhere
            with (Repo if notes else ReadOnlyRepo)(str(folder.absolute())) as repo:
                yield repo
    except (DvcException, SCMError) as error:
        causes = [error]
        while (cause := causes[-1].__cause__) is not None:
            causes.append(cause)
        raise RetraceError(": ".join(dict.fromkeys(str(each) for each in causes))) from error


def cache_folder() -> Path:
    """Return the folder of DVC's cache that holds files by their MD5."""
    return _settings(Path.cwd())[0]


def cached_file(md5: str) -> Path:
    """Return where DVC's cache has, or would have, the content of an MD5."""
    return cache_folder() / md5[:2] / md5[2:]


def has_remote() -> bool:
    """Tell whether any DVC remote is set."""
    return _settings(Path.cwd())[1]


@functools.cache
def _settings(folder: Path) -> tuple[Path, bool]:
    with open_repository(folder) as repo:
        return Path(repo.cache.local.path), bool(repo.config["remote"])
