"""Links in a dataset's folder: those into DVC's cache are DVC's own; others hide changes from it."""

from functools import cache
from pathlib import Path

from retrace.core.errors import DataError


def refuse_a_link_out(path: Path, folder: Path) -> None:
    """Refuse a file of a dataset that lies neither in its folder nor in DVC's cache.

    With `cache.type symlink` the files of a dataset are links to where DVC's cache has them.

    Parameters
    ----------
    path : Path
        A file below ``folder``.
    folder : Path
        The dataset's own.

    Raises
    ------
    DataError
        It is a link, or lies in a linked folder, to elsewhere.
    """
    target = path.resolve()
    if folder.resolve() in target.parents:
        return
    store = dvc_cache(Path.cwd())
    if store is None or store not in target.parents:
        raise DataError(
            f"{path} is a link out of {folder}, to {target}: DVC would not see that change; copy the"
            " file into the folder"
        )


@cache
def dvc_cache(folder: Path) -> Path | None:
    """Return where DVC's cache really lies; None where there is no repository of DVC."""
    # Half a second, which only who has links pays.
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(str(folder)) as repo:
            return Path(repo.cache.local.path).resolve()
    except DvcException:
        return None
