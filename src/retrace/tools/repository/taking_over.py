"""What was run elsewhere, taken over as if `dvc repro` had run it here: dvc.lock, and DVC's cache."""

from collections.abc import Collection, Mapping
from pathlib import Path, PurePath
from typing import Any

from retrace.tools.repository.dvc import open_repository
from retrace.tools.repository.lock import read_lock


def add_to_lock(path: Path, stages: Mapping[str, Any]) -> None:
    """Write stages into a dvc.lock as DVC does: in their places, and new ones at the end.

    Parameters
    ----------
    path : Path
        The dvc.lock, which may not be there yet.
    stages : mapping
        As `retrace.tools.repository.lock.read_lock` reads them.
    """
    from dvc.utils.serialize import modify_yaml

    known = read_lock(path).stages
    if all(known.get(name) == entry for name, entry in stages.items()):
        return
    with modify_yaml(str(path)) as content:
        if not content:
            content["schema"] = "2.0"
        content["stages"] = content.get("stages", {})
        content["stages"].update(stages)


def keep_outputs(paths: Collection[str]) -> None:
    """Put outputs that are here, and that dvc.lock names, into DVC's cache, and out of Git's sight.

    Parameters
    ----------
    paths : collection of str
        From the repository's top folder.
    """
    from dvc.repo import lock_repo

    with open_repository(notes=True) as repo, lock_repo(repo), repo.scm_context():
        for out in repo.index.outs:
            path = PurePath(repo.fs.relpath(out.fs_path, repo.root_dir)).as_posix()
            if path in paths and out.use_cache and out.hash_info and out.exists:
                out.ignore()
                out.commit(relink=False)
