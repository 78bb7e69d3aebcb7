"""The DVC remote: whether it can be reached, and what dvc.lock and .dvc files name that it lacks."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from retrace.core.errors import RetraceError
from retrace.tools.repository import s3
from retrace.tools.repository.addresses import without_secrets

T = TypeVar("T")

NO_REMOTE = (
    "no DVC remote is set: `retrace remote s3://<bucket>/<folder>`, or of another kind"
    " `dvc remote add --default <name> <url>`"
)

SECONDS_TO_ANSWER = 8

# Here a path starts with the bucket, and a folder exists only while a file is in it.
BUCKET_STORES = {"s3", "gs", "azure"}


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A remote as .dvc/config has it."""

    name: str
    url: str


def default_remote(repo: Any) -> Remote | None:
    """Return the remote that `dvc push` and `dvc pull` use, or None where none is set.

    Parameters
    ----------
    repo : dvc.repo.Repo
        From `retrace.tools.repository.dvc.open_repository`.
    """
    name = repo.config["core"].get("remote")
    return find_remote(repo, name) if name else None


def reach(repo: Any, seconds: float) -> Remote:
    """Ask the default remote for a sign of life.

    Raises
    ------
    RetraceError
        There is no default remote, it gives no answer in time, or it refuses.
    """
    remote = default_remote(repo)
    if remote is None:
        raise RetraceError(NO_REMOTE)
    with explained(remote):
        within(seconds, lambda: _touch(repo.cloud.get_remote_odb()))
    return remote


def missing_outputs(repo: Any) -> list[str]:
    """Name what dvc.lock and the .dvc files name and the remote does not have.

    Parameters
    ----------
    repo : dvc.repo.Repo
        From `retrace.tools.repository.dvc.open_repository`.

    Returns
    -------
    list of str
        Such as ``"train: cache/model.joblib"``; of a folder also how many of its files are missing.

    Raises
    ------
    RetraceError
        The remote fails.
    """
    missing = []
    for name, outs in pushed_outputs(repo).items():
        with explained(find_remote(repo, name)):
            odb = repo.cloud.get_remote_odb(name)
            hashes = {out: _hashes(out, odb) for out in outs}
            there = present(odb, {each for needed in hashes.values() for each in needed})
            missing += [
                f"{out.stage.addressing}: {out}{_share(needed - there, needed)}"
                for out, needed in hashes.items()
                if needed - there
            ]
    return missing


def within(seconds: float, action: Callable[[], T]) -> T:
    """Call ``action``, but wait no longer than so many seconds.

    Raises
    ------
    RetraceError
        The time is over; the call is left behind in a thread that ends with the program.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(action())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise RetraceError(f"no answer in {seconds:g} seconds")
    return results[0]


def find_remote(repo: Any, name: str | None) -> Remote:
    """Return a remote of .dvc/config by its name; None stands for the default remote."""
    name = name or repo.config["core"]["remote"]
    return Remote(name=name, url=without_secrets(repo.config["remote"].get(name, {}).get("url", "?")))


def pushed_outputs(repo: Any) -> dict[str | None, list[Any]]:
    """Group by remote what `dvc push` would send there; None stands for the default remote."""
    groups: dict[str | None, list[Any]] = {}
    for stage in repo.index.stages:
        for out in stage.outs:
            if out.use_cache and out.can_push and out.hash_info and not stage.is_repo_import:
                groups.setdefault(out.remote, []).append(out)
    return groups


def _hashes(out: Any, odb: Any) -> set[str]:
    """Return the MD5 of an output; of a folder also those of its files, where the remote knows them."""
    from dvc_data.hashfile.tree import Tree

    own = out.hash_info.value
    if not out.hash_info.isdir or own not in present(odb, {own}):
        return {own}
    return {own} | {entry.value for _, _, entry in Tree.load(odb, out.hash_info)}


def present(odb: Any, hashes: set[str]) -> set[str]:
    """Return those of some MD5 for which a store has a file."""
    # Of a folder as remote, DVC's `oids_exist` hashes each file and deletes what is damaged.
    look = odb.list_oids_exists if odb.fs.protocol == "local" else odb.oids_exist
    return set(look(hashes))


def _share(gone: set[str], needed: set[str]) -> str:
    return f" ({len(gone)} of {len(needed) - 1} files)" if len(needed) > 1 else ""


def _touch(odb: Any) -> None:
    if odb.fs.protocol in {"http", "https"}:
        _touch_http(odb.fs.fs, odb.path)
    elif odb.fs.protocol not in BUCKET_STORES:
        odb.fs.exists(odb.path)
    elif odb.fs.protocol == "s3":
        s3.ask(odb.fs, odb.path)
    elif not odb.fs.exists(bucket := odb.path.split("/")[0]):
        raise RetraceError(f"bucket '{bucket}' is not there, or not for these credentials")


def _touch_http(filesystem: Any, url: str) -> None:
    """Tell a server that has no such page, which is alive, from one that does not answer."""
    from aiohttp import ClientConnectionError

    try:
        filesystem.info(url)
    except FileNotFoundError as error:
        if isinstance(error.__cause__, ClientConnectionError):
            raise RetraceError("nothing answers there: check the URL, or wait for the server") from error


@contextmanager
def explained(remote: Remote | None) -> Iterator[None]:
    """Turn what a store raises into one line that names the remote and says what to do.

    Raises
    ------
    RetraceError
        Something in the block failed, or there is no remote.
    """
    if remote is None:
        raise RetraceError(NO_REMOTE)
    try:
        yield
    except Exception as error:  # each kind of store has exceptions of its own
        says = s3.in_words(error)
        raise RetraceError(f"the remote '{remote.name}' ({remote.url}) fails: {says}") from error
