"""What differs in the data of two runs, in words: the description's keys, files, columns, rows."""

import csv
import json
from collections.abc import Iterator
from typing import Any

from retrace.core.checked_yaml import flatten
from retrace.core.errors import RetraceError
from retrace.tools.repository.differences import ABSENT, data_changes
from retrace.tools.repository.dvc import cached_file
from retrace.tools.repository.lock import is_md5, parse_yaml
from retrace.tools.repository.outputs import folder_listing
from retrace.tools.repository.sides import Side

MOST = 6  # keys, files or columns that are named
LARGEST = 100_000_000  # bytes of a file that is looked into

Files = dict[str, str]


def data_differences(base: Side, other: Side) -> list[str]:
    """Say what became of the data, as far as Git and DVC's cache tell: one phrase for each thing.

    Parameters
    ----------
    base, other : Side
        Two runs.
    """
    lines = []
    for change in data_changes(base, other):
        of_file = _described if change.name.endswith(".yaml") else _of_files
        phrases = list(of_file(base, other, change.name))
        lines.append(f"`{change.name}`: {'; '.join(phrases) or 'other contents'}")
    return lines


def _described(base: Side, other: Side, path: str) -> Iterator[str]:
    """Compare two descriptions key by key."""
    try:
        was, now = (
            flatten(parse_yaml(side.tree.read([path]).get(path, b""), path)) for side in (base, other)
        )
    except RetraceError:
        return
    changed = [key for key in dict.fromkeys([*was, *now]) if was.get(key) != now.get(key)]
    for key in changed[:MOST]:
        yield f"`{key}` {_shown(was.get(key))} → {_shown(now.get(key))}"
    if len(changed) > MOST:
        yield f"{len(changed) - MOST} keys more"


def _shown(value: Any) -> str:
    text = (
        ABSENT if value is None else value if isinstance(value, str) else json.dumps(value, default=str)
    )
    return text if len(text) <= 60 else f"{text[:59]}…"


def _of_files(base: Side, other: Side, path: str) -> Iterator[str]:
    """Compare the files of a folder, or one file, and look into tables that are in DVC's cache."""
    was, now = (_files(side, path) for side in (base, other))
    if was is None or now is None:
        sizes = [_size(side, path) for side in (base, other)]
        if all(sizes) and sizes[0] != sizes[1]:
            yield f"{sizes[0]} → {sizes[1]}"
        return
    for word, names in (("new", now.keys() - was.keys()), ("gone", was.keys() - now.keys())):
        if names:
            yield f"{word}: {_named(names)}"
    edited = sorted(name for name in was.keys() & now.keys() if was[name] != now[name])
    for name in edited[:MOST]:
        inside = ", ".join(_of_table(was[name], now[name])) if name.endswith(".csv") else ""
        yield f"`{name}` {inside or 'has other contents'}"
    if len(edited) > MOST:
        yield f"{len(edited) - MOST} files more have other contents"


def _entry(side: Side, path: str) -> dict[str, Any]:
    deps = (dep for stage in side.lock.stages.values() for dep in stage.get("deps", []))
    return next((dep for dep in deps if dep["path"] == path), {})


def _size(side: Side, path: str) -> str:
    entry = _entry(side, path)
    files = f"{entry['nfiles']:,} files, " if isinstance(entry.get("nfiles"), int) else ""
    return f"{files}{entry['size']:,} bytes" if isinstance(entry.get("size"), int) else ""


def _files(side: Side, path: str) -> Files | None:
    """Return the MD5 of each file by its name; None where DVC's cache does not have the list."""
    md5 = str(_entry(side, path).get("md5", ""))
    if not md5.endswith(".dir"):
        return {path.rpartition("/")[2]: md5} if is_md5(md5) else None
    return folder_listing(md5)


def _of_table(was: str, now: str) -> Iterator[str]:
    first, second = _table(was), _table(now)
    if first is None or second is None:
        return
    (before, n_before), (after, n_after) = first, second
    for word, names in (("new", set(after) - set(before)), ("gone", set(before) - set(after))):
        if names:
            yield f"{word} column{'s' if len(names) > 1 else ''} {_named(names)}"
    if n_before != n_after:
        yield f"{n_before:,} → {n_after:,} rows"


def _table(md5: str) -> tuple[list[str], int] | None:
    """Return the columns of a CSV in DVC's cache, and how many lines follow."""
    path = cached_file(md5) if is_md5(md5) else None
    if path is None or not path.is_file() or path.stat().st_size > LARGEST:
        return None
    first, _, rest = path.read_text(encoding="utf-8", errors="replace").partition("\n")
    return next(csv.reader([first]), []), len(rest.splitlines())


def _named(names: set[str]) -> str:
    listed = sorted(names)
    more = f" and {len(listed) - MOST} more" if len(listed) > MOST else ""
    return ", ".join(f"`{name}`" for name in listed[:MOST]) + more
