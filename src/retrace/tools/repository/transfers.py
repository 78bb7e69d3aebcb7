"""What dvc.lock and the .dvc files name, sent to the remote and fetched from it."""

import logging
import os
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from retrace.core.errors import RetraceError
from retrace.tools.repository import s3
from retrace.tools.repository.remote import (
    default_remote,
    explained,
    find_remote,
    present,
    pushed_outputs,
)

LOGGERS = ("dvc", "dvc_data", "dvc_objects")


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a push did: files and bytes sent, and files that were there."""

    files: int
    size: int
    there: int


@dataclass(frozen=True, kw_only=True)
class Need:
    """The files that one remote should have, by MD5; ``lost`` names outputs that are nowhere."""

    there: set[str]
    new: dict[str, int]
    lost: list[str]


def send(repo: Any) -> Sent:
    """Send to the remote what it lacks of all that dvc.lock and the .dvc files name.

    Parameters
    ----------
    repo : dvc.repo.Repo
        From `retrace.tools.repository.dvc.open_repository`, with its notes.

    Raises
    ------
    RetraceError
        The remote fails, or files are neither here nor there; what could be sent was sent.
    """
    needs = [_need(repo, name, outs) for name, outs in pushed_outputs(repo).items()]
    new = {oid: size for need in needs for oid, size in need.new.items()}
    if new:
        with _failures(f"not all of {len(new)} files were sent: `retrace push` again goes on"):
            repo.push()
    if lost := [each for need in needs for each in need.lost]:
        raise RetraceError(
            "what dvc.lock names is neither here nor on the remote: run `retrace repro`, or `retrace"
            " push` where it was made",
            details=_first(lost),
        )
    there = set[str]().union(*(need.there for need in needs))
    return Sent(files=len(new), size=sum(new.values()), there=len(there))


def fetch(repo: Any) -> int:
    """Bring what dvc.lock and the .dvc files name into its place; each file must have its hash.

    Returns
    -------
    int
        How many files came from the remote; the others were in the cache.

    Raises
    ------
    RetraceError
        The remote fails, lacks a file, or has it damaged; then nothing outside the cache has changed.
        Or a file here would be lost.
    """
    with _failures("not all could be fetched, so nothing outside the cache was changed"):
        fetched = repo.fetch()
    if lacking := [
        line for name, outs in pushed_outputs(repo).items() for line in _lacking(repo, name, outs)
    ]:
        # DVC drops a file that has not its hash, and says nothing of it.
        raise RetraceError(
            "the remote does not have all that dvc.lock names, so nothing outside the cache was changed:"
            " delete there what is damaged, then `retrace push` where the data are",
            details=_first(lacking),
        )
    _check_out(repo)
    return int(fetched)


def _check_out(repo: Any) -> None:
    from dvc.exceptions import DvcException

    try:
        repo.checkout()
    except DvcException as error:
        first, *paths = str(error).splitlines()
        if "without confirmation" not in first:
            raise
        raise RetraceError(
            "all was fetched, but what was changed here and is in no cache stays as it is: move it away"
            " and pull again, or keep it with `dvc commit`",
            details=_first([os.path.relpath(path) for path in paths]),
        ) from error


def fetch_files(repo: Any, hashes: Collection[str]) -> int:
    """Bring single files into the cache by their MD5; each must have it.

    `repo.fetch` with targets reads dvc.yaml once for each: seconds where this takes a moment.

    Returns
    -------
    int
        How many came from the remote; the others were in the cache.

    Raises
    ------
    RetraceError
        The remote lacks a file, or has it damaged.
    """
    from dvc_data.hashfile.hash_info import HashInfo

    missing = {HashInfo("md5", each) for each in hashes if not repo.cache.local.exists(each)}
    if not missing:
        return 0
    with explained(default_remote(repo)):
        repo.cloud.pull(missing)
    lost = sum(not repo.cache.local.exists(each.value) for each in missing)
    if lost:
        raise RetraceError(f"the remote lacks {lost} of {len(missing)} files, or has them damaged")
    return len(missing)


def _need(repo: Any, name: str | None, outs: list[Any]) -> Need:
    with explained(find_remote(repo, name)):
        odb = repo.cloud.get_remote_odb(name)
        hashes = {out: _files(out, odb) for out in outs}
        objects = {each for needed in hashes.values() for each in needed}
        there = present(odb, objects)
        _forget_what_was_there(odb)
    sizes = {oid: _size(outs[0].cache, oid) for oid in objects - there}
    return Need(
        there=there,
        new={oid: size for oid, size in sizes.items() if size is not None},
        lost=[
            f"{out.stage.addressing}: {out}"
            for out, needed in hashes.items()
            if any(oid in sizes and sizes[oid] is None for oid in needed)
        ],
    )


def _lacking(repo: Any, name: str | None, outs: list[Any]) -> list[str]:
    """Say of each file that is still not in the cache whether the remote lacks it, or has it damaged."""
    with explained(find_remote(repo, name)):
        odb = repo.cloud.get_remote_odb(name)
        files = {oid: path for out in outs for oid, path in _files(out, odb).items()}
        lacking = {oid for oid in files if _size(outs[0].cache, oid) is None}
        damaged = present(odb, lacking) if lacking else set()
    return [
        f"{files[oid]} is {f'damaged: {odb.oid_to_path(oid)}' if oid in damaged else 'missing'}"
        for oid in sorted(lacking, key=files.__getitem__)
    ]


def _files(out: Any, odb: Any) -> dict[str, str]:
    """Return the files of an output by MD5, as cache or remote list them; a folder is one too."""
    from dvc_data.hashfile.tree import Tree
    from dvc_objects.errors import ObjectFormatError

    own = {out.hash_info.value: str(out)}
    if not out.hash_info.isdir:
        return own
    for each in (out.cache, odb):
        if each.exists(out.hash_info.value):
            with suppress(ObjectFormatError):
                tree = Tree.load(each, out.hash_info)
                return own | {entry.value: "/".join((str(out), *key)) for key, _, entry in tree}
    return own


def _size(cache: Any, oid: str) -> int | None:
    try:
        return os.path.getsize(cache.oid_to_path(oid))  # noqa: PTH202 - DVC gives text
    except FileNotFoundError:
        return None


def _forget_what_was_there(odb: Any) -> None:
    """DVC notes which folders it has pushed, and then does not ask for their files."""
    from dvc_data.hashfile.db import get_index

    get_index(odb).clear()


def _first(lines: list[str], most: int = 5) -> list[str]:
    """Shorten a list of details: a thousand lines hide the one that counts."""
    rest = len(lines) - most
    return lines[:most] + ([f"and {rest} more"] if rest > 0 else [])


@contextmanager
def _failures(summary: str) -> Iterator[None]:
    """Raise one error for what DVC raises once, or logs for each file."""
    heard = _Listener()
    loggers = [logging.getLogger(name) for name in LOGGERS]
    kept = [(logger.handlers, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.handlers, logger.propagate = [heard], False
    try:
        yield
    except RetraceError:
        raise
    except Exception as error:  # each kind of store has exceptions of its own
        reasons = [f"{number} files: {reason}" for reason, number in heard.reasons.most_common()]
        raise RetraceError(summary, details=_first(reasons or [s3.in_words(error)])) from error
    finally:
        for logger, (handlers, propagate) in zip(loggers, kept, strict=True):
            logger.handlers, logger.propagate = handlers, propagate


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.reasons = Counter[str]()

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.reasons[s3.in_words(error) if error else record.getMessage()] += 1
