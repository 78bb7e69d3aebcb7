"""The artifact of a run: files that the code of a branch wrote, read without trusting a single one."""

import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from . import PostingError

COMMENT = "comment.md"
OPENED, LOOK = "opened.md", "look.json"  # of the test part: shown, and counted, or not

RESULTS = ("dvc.lock", "metrics.json", "report/report.md")

FILES = {COMMENT, OPENED, LOOK, *RESULTS}  # that are read here
TOP = {name for name in FILES if "/" not in name}
KINDS = {".csv", ".html", ".json", ".md", ".png", ".svg", ".txt"}

MOST_FILES = 500
MOST_BYTES = 100 * 2**20
LARGEST_FILE = 20 * 2**20
LARGEST = 1e300  # of a metric
LARGEST_TEXT = 2**20  # of a file that is read here

HASH, NAME = re.compile(r"[0-9a-f]{32}"), re.compile(r"[\w@.-]{1,60}")
VERDICTS = ("better", "worse", "equivalent", "no significant difference", "cannot tell")
LOOK_KEYS = ("rows", "metric", "base", "other", "request", "look", "level", "p", "verdict")


class UntrustedError(PostingError):
    """An artifact holds what no run of this repository leaves."""


@dataclass(frozen=True)
class Artifact:
    """What is used of an artifact.

    Attributes
    ----------
    comment : str or None
        Markdown as it came; None where the run left none.
    opened : str or None
        The same with what the test part says.
    look : dict or None
        What the ledger would get for showing it; None where nothing was tested.
    results : dict of str to bytes
        The files for Git, by their path in the repository; empty unless all of them are there.
    """

    comment: str | None = None
    opened: str | None = None
    look: dict[str, Any] | None = None
    results: dict[str, bytes] = field(default_factory=dict)


def read_artifact(folder: Path) -> Artifact:
    """Check each entry of a folder, then read the few files that are used.

    Raises
    ------
    UntrustedError
        A link, a device, an unknown name, a file that is too large or not UTF-8.
    """
    try:
        return _read(folder) if folder.is_dir() else Artifact()
    except OSError as error:
        raise UntrustedError(
            f"the artifact cannot be read ({error.strerror}): nothing of it is used"
        ) from error


def _read(folder: Path) -> Artifact:
    _check(folder)
    results = {name: _text(folder / name).encode() for name in RESULTS if (folder / name).exists()}
    if "metrics.json" in results:
        _check_metrics(results["metrics.json"])
    texts = {name: _text(folder / name) for name in (COMMENT, OPENED, LOOK) if (folder / name).exists()}
    return Artifact(
        comment=texts.get(COMMENT),
        opened=texts.get(OPENED),
        look=_look(texts[LOOK]) if LOOK in texts else None,
        results=results if len(results) == len(RESULTS) else {},
    )


def _check(folder: Path) -> None:
    total = 0
    for number, (name, status) in enumerate(_entries(folder)):
        if number >= MOST_FILES:
            raise UntrustedError(f"the artifact has over {MOST_FILES} entries: nothing of it is used")
        if stat.S_ISDIR(status.st_mode) and name not in FILES:
            continue
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            raise UntrustedError(f"{name!a} in the artifact is no plain file: nothing of it is used")
        if not is_known(name):
            raise UntrustedError(f"{name!a} in the artifact belongs to no report: nothing of it is used")
        total += status.st_size
        if status.st_size > LARGEST_FILE or total > MOST_BYTES:
            raise UntrustedError(f"the artifact is too large, at {name!a}: nothing of it is used")


def _entries(folder: Path, inside: str = "") -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name, status = f"{inside}{entry.name}", entry.stat(follow_symlinks=False)
            yield name, status
            # After the caller has seen it: what is no folder, a link to one included, is not entered.
            if stat.S_ISDIR(status.st_mode):
                yield from _entries(Path(entry.path), f"{name}/")


def is_known(name: str) -> bool:
    """Tell whether a file of this name may be in an artifact, by its path with slashes."""
    path = PurePosixPath(name)
    if not name.isascii() or not name.isprintable() or len(name) > 200 or "\\" in name:
        return False
    if len(path.parts) == 1:
        return name in TOP
    return path.parts[0] == "report" and len(path.parts) <= 4 and path.suffix in KINDS


def _text(path: Path) -> str:
    # Between the look at it and this, nobody but this job touches the folder.
    content = path.read_bytes() if path.stat().st_size <= LARGEST_TEXT else b""
    try:
        if content:
            return content.decode()
    except UnicodeDecodeError:
        pass
    raise UntrustedError(
        f"{path.name} of the artifact is empty, no UTF-8, or larger than {LARGEST_TEXT // 2**20} MiB:"
        " nothing of it is used"
    )


def _check_metrics(content: bytes) -> None:
    try:
        metrics = json.loads(content, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise UntrustedError("metrics.json of the artifact is no JSON: nothing of it is used") from None
    parts = metrics.values() if isinstance(metrics, dict) else [metrics]
    if not all(isinstance(part, dict) and all(map(_is_number, part.values())) for part in parts):
        raise UntrustedError(
            "metrics.json of the artifact is not one finite number for each metric of each part: nothing"
            " of it is used"
        )


def _look(text: str) -> dict[str, Any]:
    """Read a look, of which every value goes into the repository."""
    try:
        look = json.loads(text, object_pairs_hook=_without_repeats)
        if isinstance(look, dict) and set(look) == set(LOOK_KEYS) and _is_look(look):
            return look
    except (ValueError, RecursionError):
        pass
    raise UntrustedError(f"{LOOK} of the artifact is no look at a test part: nothing of it is used")


def _is_look(look: dict[str, Any]) -> bool:
    hashes = all(
        isinstance(look[key], str) and HASH.fullmatch(look[key]) for key in ("rows", "base", "other")
    )
    named = isinstance(look["metric"], str) and NAME.fullmatch(look["metric"])
    # Against the run's branch, which GitHub tells, the request is held where it is used.
    asked = (
        isinstance(look["request"], str) and len(look["request"]) <= 255 and look["verdict"] in VERDICTS
    )
    shares = [look["level"], 0 if look["p"] is None else look["p"]]
    numbers = all(_is_number(each) and 0 <= each <= 1 for each in shares)
    return bool(
        hashes and named and asked and numbers and type(look["look"]) is int and 0 < look["look"] < 10**6
    )


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key stands there twice")
    "".join(values).encode()  # half of a character is a ValueError
    return values


def _is_number(value: object) -> bool:
    # Compared, not converted: a whole number may be larger than any float.
    return isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST < value < LARGEST
