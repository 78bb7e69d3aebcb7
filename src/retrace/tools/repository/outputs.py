"""One output of a run, wherever it lies: in DVC's cache, in the workspace or on the remote."""

import functools
import json
from contextlib import suppress
from pathlib import Path

from retrace.core.artifacts import file_md5
from retrace.core.errors import ArtifactError, RetraceError
from retrace.tools.repository.dvc import cached_file, open_repository
from retrace.tools.repository.git import Tree
from retrace.tools.repository.lock import Lock, is_md5
from retrace.tools.repository.remote import default_remote, explained, present
from retrace.tools.repository.sides import output_path
from retrace.tools.repository.transfers import fetch_files


def stored_output(tree: Tree, lock: Lock, path: Path) -> Path:
    """Return a file that holds an output of a run, its content checked by the hash in dvc.lock.

    Parameters
    ----------
    tree : Tree
        For messages.
    lock : Lock
        Its dvc.lock, which names the output.
    path : Path
        The output's own, such as ``cache/model.joblib``.

    Raises
    ------
    ArtifactError
        It is nowhere, or damaged.
    """
    md5 = lock.outs[path.as_posix()]
    if tree.kind == "workspace" and path.is_file() and file_md5(path) == md5:
        return path  # without DVC, whose import alone takes a second
    stored = output_path(lock, path) or _fetched(md5)
    if stored is None:
        raise ArtifactError(
            f"{path.as_posix()} of {tree.name} is neither here nor on a DVC remote: {_remedy(tree)}"
        )
    if file_md5(stored) != md5:
        raise ArtifactError(
            f"{stored} is damaged: it has not the hash in dvc.lock of {tree.name}: delete it and give"
            " the same command again"
        )
    return stored


def files_here(lock: Lock, path: str) -> dict[str, Path]:
    """Return the files of an output that are on this machine, by their names.

    Parameters
    ----------
    path : str
        Of a file or a folder, such as ``"report/figures"``.

    Returns
    -------
    dict of str to Path
        Such as ``{"report/figures/roc.svg": Path(...)}``; empty where any of them is not here.
    """
    md5 = lock.outs[path]
    if not md5.endswith(".dir"):
        stored = output_path(lock, Path(path))
        return {path: stored} if stored else {}
    listing = folder_listing(md5) or {}
    files = {f"{path}/{name}": cached_file(each) for name, each in listing.items()}
    inside = all(".." not in Path(name).parts for name in files)
    return files if inside and all(file.is_file() for file in files.values()) else {}


def folder_listing(md5: str) -> dict[str, str] | None:
    """Return the MD5 of each file of a folder by its name; None where DVC's cache has no such list.

    Parameters
    ----------
    md5 : str
        What dvc.lock has for the folder, such as ``"....dir"``.
    """
    try:
        listed = json.loads(cached_file(md5).read_bytes()) if is_md5(md5) else []
        return {str(each["relpath"]): str(each["md5"]) for each in listed} or None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remote_address(md5: str) -> str:
    """Return where the default remote has, or would have, a file; nothing where there is no remote."""
    url = _remote_url(Path.cwd())
    return f"{url.rstrip('/')}/files/md5/{md5[:2]}/{md5[2:]}" if url else ""


@functools.cache
def _remote_url(folder: Path) -> str:
    with open_repository(folder) as repo:
        remote = default_remote(repo)
    return remote.url if remote else ""


def lacking_on_remote(tree: Tree, lock: Lock) -> list[str]:
    """Name the outputs of a run that nobody else could pull; those that Git keeps need no remote.

    Raises
    ------
    RetraceError
        There is no remote, or it fails.
    """
    in_git = tree.read(lock.outs)
    needed = {path: md5 for path, md5 in lock.outs.items() if path not in in_git}
    with open_repository() as repo, explained(default_remote(repo)):
        there = present(repo.cloud.get_remote_odb(), set(needed.values()))
    return [path for path, md5 in needed.items() if md5 not in there]


def _fetched(md5: str) -> Path | None:
    """Bring one file from the remote into DVC's cache; None where there is no remote or it lacks it."""
    with open_repository(notes=True) as repo:
        if default_remote(repo) is None:
            return None
        with suppress(RetraceError):  # that it is nowhere is said with what to do
            fetch_files(repo, {md5})
    path = cached_file(md5)
    return path if path.is_file() else None


def _remedy(tree: Tree) -> str:
    if tree.kind == "workspace":
        return "run `retrace repro`, or `retrace pull`"
    if tree.kind == "experiment":
        return f"run `dvc exp apply {tree.name}` and `retrace repro`"
    return (
        f"run `retrace push` where it was made, or `git switch --detach {tree.name}` and `retrace repro`"
    )
