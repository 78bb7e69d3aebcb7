"""One output of a run, wherever it lies: in DVC's cache, in the workspace or on the remote."""

from pathlib import Path
from typing import Any

from retrace.core.artifacts import file_md5
from retrace.core.errors import ArtifactError
from retrace.tools.repository.dvc import cached_file, open_repository
from retrace.tools.repository.git import Tree
from retrace.tools.repository.lock import Lock
from retrace.tools.repository.remote import default_remote, explained
from retrace.tools.repository.sides import output_path


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
    found = output_path(lock, path) or _fetched(md5)
    if found is None:
        raise ArtifactError(
            f"{path.as_posix()} of {tree.name} is neither here nor on a DVC remote: {_remedy(tree)}"
        )
    if file_md5(found) != md5:
        raise ArtifactError(
            f"{found} is damaged: it has not the hash in dvc.lock of {tree.name}: delete it and give the"
            " same command again"
        )
    return found


def _fetched(md5: str) -> Path | None:
    """Bring one file from the remote into DVC's cache; None where there is no remote or it lacks it."""
    from dvc_data.hashfile.hash_info import HashInfo

    with open_repository(notes=True) as repo:
        remote = default_remote(repo)
        if remote is None:
            return None
        repo.config["remote"][remote.name]["verify"] = True
        with explained(remote):
            _pull(repo, HashInfo("md5", md5))
    path = cached_file(md5)
    return path if path.is_file() else None


def _pull(repo: Any, wanted: Any) -> None:
    if repo.cloud.get_remote_odb().exists(wanted.value):
        repo.cloud.pull({wanted})


def _remedy(tree: Tree) -> str:
    if tree.kind == "workspace":
        return "run `retrace repro`, or `retrace pull`"
    if tree.kind == "experiment":
        return f"run `dvc exp apply {tree.name}` and `retrace repro`"
    return (
        f"run `retrace push` where it was made, or `git switch --detach {tree.name}` and `retrace repro`"
    )
