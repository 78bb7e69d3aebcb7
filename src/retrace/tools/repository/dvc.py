"""DVC: the program that is installed beside this Python, its view of a repository, and its cache."""

import contextlib
import functools
import getpass
import importlib.metadata
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from retrace.core.errors import RetraceError
from retrace.tools.repository.lock import LOCK, is_md5, read_lock

# `dvc` with some faults mended, and stages recorded only where their inputs stayed as they were.
GUARDED = "retrace.tools.repository.guarded_dvc"

# The same under DVC's own name, for the workers of its queue: it starts them by that.
PROGRAMS = Path(__file__).with_name("programs")

# What DVC and the stages print, whatever the locale.
UTF8 = {"encoding": "utf-8", "errors": "replace"}

# DVC's own place for its databases is one folder for all users of a machine, where each may write; and
# reading them can run code.
SITE_CACHE = Path(".dvc/tmp/site_cache")


def version() -> str:
    """Return the version of DVC that is installed."""
    return importlib.metadata.version("dvc")


def run_dvc(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``dvc`` with the Python that runs now; stages then find the same ``python``."""
    environment = _environment(options.get("cwd")) | options.pop("env", {})
    return subprocess.run(_command(arguments), env=environment, check=False, **(UTF8 | options))


def start_dvc(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start ``dvc`` as `run_dvc` does, and leave the waiting to the caller."""
    environment = _environment(options.get("cwd"))
    return subprocess.Popen(_command(arguments), env=environment, **(UTF8 | options))


def worker_environment() -> dict[str, str]:
    """Return what a process must have in its environment that starts DVC by its own name."""
    return _environment()


def _command(arguments: tuple[str, ...]) -> list[str]:
    program = GUARDED if arguments[:1] in {("repro",), ("exp",)} else "dvc"
    return [sys.executable, "-m", program, *arguments]


def _environment(folder: Path | None = None) -> dict[str, str]:
    path = os.pathsep.join([str(PROGRAMS), str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    # Whatever the locale: paths and texts are of any language, and files must not depend on it.
    own = {"PATH": path, "PYTHONUTF8": "1"}
    return _private_places(folder or Path()) | os.environ | own


def _private_places(folder: Path) -> dict[str, str]:
    """Return environment variables that keep DVC's databases in the repository, for its owner alone."""
    place = (folder / SITE_CACHE).absolute()
    if place.parents[1].is_dir():
        with contextlib.suppress(OSError):  # a repository that may only be read
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
    variables = {"DVC_SITE_CACHE_DIR": str(place)}
    try:
        getpass.getuser()
    except (KeyError, OSError):
        # A container may run as a user that the system does not list; DVC asks for the name.
        variables["LOGNAME"] = str(os.getuid())
    return variables


@contextlib.contextmanager
def _in_private_places(folder: Path) -> Iterator[None]:
    own = {key: value for key, value in _private_places(folder).items() if key not in os.environ}
    os.environ.update(own)
    try:
        yield
    finally:
        for key in own:
            os.environ.pop(key, None)


def verify_pulls() -> None:
    """Let DVC hash all that it pulls in this process, from whatever kind of remote.

    Its own setting, ``verify`` of a remote, is false for most kinds, and what is set in a configuration
    at run time is forgotten whenever DVC takes its lock.
    """
    from dvc import data_cloud

    class VerifiedRemote(data_cloud.Remote):
        def __init__(self, *arguments: Any, **config: Any) -> None:
            super().__init__(*arguments, **(config | {"verify": True}))

    if data_cloud.Remote.__name__ != VerifiedRemote.__name__:
        data_cloud.Remote = VerifiedRemote


@contextlib.contextmanager
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
        DVC cannot read it: not a repository, a mistake in dvc.yaml, dvc.lock or a .dvc file, a file
        whose name is not UTF-8, or its databases fail, as on a full disk.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from scmrepo.exceptions import SCMError

    from retrace.tools.repository.notes import in_memory
    from retrace.tools.repository.parsing_once import parse_once

    class ReadOnlyRepo(Repo):
        tmp_dir: str = ""
        site_cache_dir: str = ""

        def __init__(self, *arguments: Any) -> None:
            with in_memory():
                super().__init__(*arguments)

        def _ignore(self) -> None:
            pass

    verify_pulls()
    parse_once()
    try:
        with tempfile.TemporaryDirectory(prefix="retrace-") as elsewhere:
            ReadOnlyRepo.tmp_dir = ReadOnlyRepo.site_cache_dir = elsewhere
            repository = Repo if notes else ReadOnlyRepo
            places = _in_private_places(folder) if notes else contextlib.nullcontext()
            with places, repository(str(folder.absolute())) as repo:
                yield repo
    except (DvcException, SCMError) as error:
        # It says of a lock that a kill cut off what its schema lacks, not how to get the whole one back.
        read_lock(folder / LOCK)
        causes = [error]
        while (cause := causes[-1].__cause__) is not None:
            causes.append(cause)
        raise RetraceError(": ".join(dict.fromkeys(str(each) for each in causes))) from error
    except sqlite3.Error as error:
        raise RetraceError(database_fails(error)) from error
    except UnicodeEncodeError as error:
        raise RetraceError(name_unfit(error)) from error


def database_fails(error: sqlite3.Error) -> str:
    """Say what is to be done where one of DVC's databases fails: it holds notes alone."""
    folder = os.environ.get("DVC_SITE_CACHE_DIR", SITE_CACHE)
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and _is_full(folder)):
        return f"{folder}: No space left on device: make room, then give the same command again"
    if kind in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return (
            f"{folder} may not be written ({error}): give it to this user, or set DVC_SITE_CACHE_DIR"
            " to a folder that may"
        )
    return (
        f"DVC's databases in {folder} fail ({error}): they hold notes alone, so delete that folder and"
        " give the same command again"
    )


def name_unfit(error: UnicodeEncodeError) -> str:
    """Say which file DVC cannot note, since its databases hold UTF-8 alone."""
    name = str(error.object).encode("utf-8", "backslashreplace").decode()
    return f"{name}: a name that is not UTF-8, which DVC cannot note: rename the file"


def _is_full(folder: str | Path) -> bool:
    """Tell whether a disk has no room for one more page of a database and what goes with it."""
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free < 2**18
    return False


def cache_folder() -> Path:
    """Return the folder of DVC's cache that holds files by their MD5."""
    return _settings(Path.cwd())[0]


def cached_file(md5: str) -> Path:
    """Return where DVC's cache has, or would have, the content of an MD5.

    Raises
    ------
    RetraceError
        It is none: a path that a commit names in its place must lead nowhere.
    """
    if not is_md5(md5):
        raise RetraceError(f"'{md5}' is no MD5: the dvc.lock that names it is damaged")
    return cache_folder() / md5[:2] / md5[2:]


def has_remote() -> bool:
    """Tell whether any DVC remote is set."""
    return _settings(Path.cwd())[1]


@functools.cache
def _settings(folder: Path) -> tuple[Path, bool]:
    with open_repository(folder) as repo:
        return Path(repo.cache.local.path), bool(repo.config["remote"])
