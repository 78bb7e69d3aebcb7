"""The run-cache on the remote: which outputs a stage had for which inputs, kept apart by branch.

DVC's own place for it, ``<remote>/runs``, is read by every `dvc repro --pull`, whatever branch wrote it.
Here it is ``<remote>/run-cache/<branch>/``. An entry is a stage of a dvc.lock. It names outputs by their
hash, but nothing proves that these inputs gave them, so one believes it as one believes who wrote it.
"""

import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from retrace.core.errors import RetraceError
from retrace.tools.repository.remote import default_remote, explained

FOLDER = "run-cache"

# Two letters of the inputs' hash, that hash, and the hash of the whole entry.
ENTRY = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})/([0-9a-f]{64})")

# An entry holds the hashes of a few dozen files.
LARGEST = 1_000_000


def send_runs(repo: Any, branch: str) -> tuple[int, int]:
    """Write the stages of dvc.lock to a branch's run-cache.

    Only these, not all that the local run-cache holds: it may hold another branch's.

    Parameters
    ----------
    repo : dvc.repo.Repo
        From `retrace.tools.repository.dvc.open_repository`.

    Returns
    -------
    (int, int)
        How many stages, and how many of them were new there.
    """
    entries = locked_entries(repo)
    with explained(default_remote(repo)):
        store, folder = _place(repo, branch)
        there = set(_entries_in(store, folder))
        new = {path: entry for path, entry in entries.items() if path not in there}
        for path, entry in new.items():
            store.makedirs(store.parent(f"{folder}/{path}"), exist_ok=True)
            store.pipe_file(f"{folder}/{path}", entry)
    return len(entries), len(new)


def fetch_runs(repo: Any, branches: Iterable[str]) -> int:
    """Bring the run-caches of some branches into the local one, and take out those of others.

    Returns
    -------
    int
        How many entries of these branches are here now.
    """
    cache = Path(repo.stage_cache.cache_dir)
    _forget(cache, set(branches))
    total = 0
    with explained(default_remote(repo)):
        for branch in branches:
            store, folder = _place(repo, branch)
            paths = list(_entries_in(store, folder))
            new = [path for path in paths if not (cache / path).exists()]
            contents = _contents(store, folder, new)
            good = {path: each for path, each in contents.items() if _is_whole(path, each)}
            _note(cache, branch, good)
            for path, entry in good.items():
                _write(cache / path, entry)
            total += len(paths) - len(new) + len(good)
    return total


def locked_entries(repo: Any) -> dict[str, bytes]:
    """Return the entry of each stage of dvc.lock that DVC would look up: ``{path: contents}``."""
    from dvc.stage.serialize import to_single_stage_lockfile
    from dvc.utils.serialize import dumps_yaml

    entries = [to_single_stage_lockfile(stage) for stage in repo.index.stages if _is_kept(stage)]
    return {_path(entry): dumps_yaml(entry).encode() for entry in entries}


def _is_kept(stage: Any) -> bool:
    """Tell whether dvc.lock has a stage whole, and DVC keeps runs of such a stage."""
    inside = all(item.protocol == "local" and item.def_path for item in (*stage.deps, *stage.outs))
    in_git = any(not (out.use_cache or out.is_metric or out.is_plot) for out in stage.outs)
    return bool(
        stage.cmd
        and stage.deps
        and stage.outs
        and inside
        and not in_git
        and not stage.always_changed
        and not any(out.persist for out in stage.outs)
        and all(item.hash_info for item in (*stage.deps, *stage.outs))
        and not stage.cmd_changed
    )


def _path(entry: Any) -> str:
    from dvc.stage.cache import _get_cache_hash

    inputs = _get_cache_hash(dict(entry), key=True)
    return f"{inputs[:2]}/{inputs}/{_get_cache_hash(entry)}"


def _contents(store: Any, folder: str, names: list[str]) -> dict[str, bytes]:
    """Read what is small enough to be an entry: who may write there may put anything there."""
    paths = {f"{folder}/{name}": name for name in names}
    sizes = store.info(list(paths)) if paths else []
    small = [
        path for path, known in zip(paths, sizes, strict=True) if (known.get("size") or 0) <= LARGEST
    ]
    return {paths[path]: each for path, each in store.cat(small).items()} if small else {}


def _is_whole(path: str, contents: bytes) -> bool:
    """Tell whether an entry is one, and lies where its hashes say: a damaged one does not."""
    from dvc.schema import COMPILED_LOCK_FILE_STAGE_SCHEMA
    from dvc.utils.serialize import loads_yaml
    from ruamel.yaml.error import YAMLError
    from voluptuous import Invalid

    try:
        return path == _path(COMPILED_LOCK_FILE_STAGE_SCHEMA(loads_yaml(contents)))
    except (Invalid, YAMLError, UnicodeDecodeError):
        return False


def _place(repo: Any, branch: str) -> tuple[Any, str]:
    remote = repo.cloud.get_remote()
    if remote.fs.protocol in {"http", "https"}:
        raise RetraceError("this kind of remote cannot hold a run-cache: use `dvc push` and `dvc pull`")
    return remote.fs, remote.fs.join(remote.path, FOLDER, branch)


def _entries_in(store: Any, folder: str) -> Iterable[str]:
    # What another branch, called main/x, has below main's folder is not main's.
    if store.exists(folder):
        for path in store.find(folder):
            name = store.as_posix(store.relpath(path, folder))
            if ENTRY.fullmatch(name):
                yield name


def _write(path: Path, contents: bytes) -> None:
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    beside = path.parent.with_name(f".{path.name}.{os.getpid()}.unfinished")
    beside.write_bytes(contents)
    # Of several results for the same inputs DVC takes the newest: a run of one's own.
    os.utime(beside, (0, 0))
    path.parent.mkdir(exist_ok=True)
    beside.replace(path)


def _notes(cache: Path) -> Path:
    return cache.with_name("runs-of-branches.json")


def _read_notes(cache: Path) -> dict[str, list[str]]:
    try:
        return dict(json.loads(_notes(cache).read_text()))
    except (FileNotFoundError, ValueError):
        return {}


def _note(cache: Path, branch: str, paths: Iterable[str]) -> None:
    """Write down, before they are here, whose entries come in."""
    notes = _read_notes(cache)
    notes[branch] = sorted({*notes.get(branch, []), *paths})
    cache.mkdir(parents=True, exist_ok=True)
    _notes(cache).write_text(json.dumps(notes))


def _forget(cache: Path, branches: set[str]) -> None:
    notes = _read_notes(cache)
    kept = {path for branch in branches for path in notes.get(branch, [])}
    for branch in notes.keys() - branches:
        for path in set(notes[branch]) - kept:
            _remove(cache / path)
    if notes.keys() - branches:
        _notes(cache).write_text(json.dumps({b: p for b, p in notes.items() if b in branches}))


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    # DVC stops at a folder of inputs without an entry.
    with suppress(OSError):
        path.parent.rmdir()
