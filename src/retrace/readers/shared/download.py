"""A file from the network, named by its SHA-256: fetched once, gone on with when it breaks off, checked.

What was fetched lies in the user's cache folder under its hash, outside of the repository: clones,
experiments in temporary folders and `make verify` share it, and no stage writes into what it depends on.
"""

import hashlib
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import requests
import urllib3
from filelock import FileLock
from tqdm import tqdm

from retrace.core.errors import DataError

CHUNK = 2**16

LARGEST = 2**35  # bytes: a server may send for ever

PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416

# Besides 500 and above: the server may do better in a moment.
TRANSIENT = {408, 425, 429}

# What another try may mend; of a subclass the first that fits.
REASONS = {
    requests.Timeout: "the server is silent",
    requests.exceptions.ChunkedEncodingError: "the connection broke off",
    requests.exceptions.SSLError: "the server's certificate is not trusted",
    requests.ConnectionError: "no connection to the server",
}


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait for a server.

    Attributes
    ----------
    timeout : float
        Seconds of silence.
    tries : int
        Tries in a row that bring nothing new.
    pause : float
        Seconds before the second try; doubled before each further one.
    """

    timeout: float = 30.0
    tries: int = 4
    pause: float = 1.0


def fetch(url: str, sha256: str, name: str, patience: Patience = Patience()) -> Path:
    """Return the path of a file, which is downloaded unless it is there.

    A download that broke off is gone on with where it was. The hash says whether the parts are of one
    file, so the server's own marks (ETag, date) are not needed.

    Parameters
    ----------
    url, sha256 : str
        Where the file is, and the hash that it must have, as 64 hexadecimal digits.
    name : str
        What to call the file.
    patience : Patience
        How long and how often it is tried.

    Raises
    ------
    DataError
        The server cannot be reached, refuses, goes silent, or sends another file.
    """
    target = cached(sha256, name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f"{name}.lock")):  # two runs would write into one file
            if not (target.is_file() and file_sha256(target) == sha256):
                _download(url, sha256, target, patience)
    except requests.RequestException as error:
        raise DataError(
            f"{url} cannot be downloaded ({_reason(error)}): check `url:` and the network and run again,"
            f" or get the file another way and put it at {target}"
        ) from error
    except OSError as error:
        raise DataError(f"{target} cannot be written: {error.strerror or error}") from error
    return target


def cached(sha256: str, name: str) -> Path:
    """Return where the file with this hash lies once it is downloaded."""
    return platformdirs.user_cache_path("retrace") / "downloads" / sha256 / name


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(url: str, sha256: str, target: Path, patience: Patience) -> None:
    part = target.with_name(f"{target.name}.part")
    went_on = _size(part) > 0
    got = _receive_all(url, sha256, part, patience)
    if went_on and got != sha256:
        part.unlink()  # what lay there was perhaps of another file: only a whole download tells
        got = _receive_all(url, sha256, part, patience)
    if got != sha256:
        size = _size(part)
        part.unlink()
        raise DataError(
            f"{url} sent another file than was asked for ({size:,} bytes; SHA-256 got {got}, should be"
            f" {sha256}): it was deleted; check `url:` and `sha256:`"
        )
    part.replace(target)


def _receive_all(url: str, sha256: str, part: Path, patience: Patience) -> str:
    """Ask for what is missing as long as that brings something new; return the hash of what came."""
    furthest, tries_left = _size(part), patience.tries
    while True:
        try:
            _receive(url, part, patience.timeout)
            return file_sha256(part)
        except requests.RequestException as error:
            reached = _size(part)
            if reached and file_sha256(part) == sha256:
                return sha256  # it is whole, whatever the server said of its length
            tries_left = patience.tries - 1 if reached > furthest else tries_left - 1
            furthest = max(furthest, reached)
            if not tries_left or not _is_transient(error):
                raise
            pause = patience.pause * 2 ** (patience.tries - 1 - tries_left)
            print(f"{_reason(error)} after {reached:,} bytes: again in {pause:g} s", file=sys.stderr)
            time.sleep(pause)


def _receive(url: str, part: Path, timeout: float) -> None:
    have = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with requests.get(url, headers=headers, stream=True, timeout=timeout) as response:
        if have and response.status_code == RANGE_NOT_SATISFIABLE:
            return  # nothing is missing
        response.raise_for_status()
        start = _start_of(response)
        if start not in (0, have):
            raise requests.exceptions.ChunkedEncodingError("another piece than was asked for")
        with part.open("ab" if start else "wb") as file:
            for chunk in _with_progress(response, part.stem, start):
                file.write(chunk)
                if file.tell() > LARGEST:
                    part.unlink()
                    raise DataError(f"{url} sends more than {LARGEST:,} bytes: check `url:`")


def _with_progress(response: requests.Response, name: str, start: int) -> Iterator[bytes]:
    length = response.headers.get("Content-Length", "")
    total = start + int(length) if length.isdigit() else None
    # disable=None: no bar where standard error is no terminal, as under CI.
    options: dict[str, Any] = {"unit": "B", "unit_scale": True, "leave": False, "disable": None}
    with tqdm(desc=name, total=total, initial=start, **options) as bar:
        for chunk in _chunks(response):
            yield chunk
            bar.update(len(chunk))


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """Yield what comes as it comes; `iter_content` would lose the last piece before a break."""
    try:
        while chunk := response.raw.read1(CHUNK):
            yield chunk
    except urllib3.exceptions.TimeoutError as error:
        raise requests.Timeout(str(error)) from error
    except urllib3.exceptions.HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError(str(error)) from error


def _start_of(response: requests.Response) -> int:
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(match[1]) if response.status_code == PARTIAL_CONTENT and match else 0


def _is_transient(error: requests.RequestException) -> bool:
    if error.response is not None:
        return error.response.status_code in TRANSIENT or error.response.status_code >= 500
    return isinstance(error, tuple(REASONS))


def _reason(error: requests.RequestException) -> str:
    if error.response is not None:
        return f"{error.response.status_code} {error.response.reason}"
    for kind, reason in REASONS.items():
        if isinstance(error, kind):
            return reason
    return " ".join(str(error).split())


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
