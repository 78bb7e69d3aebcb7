"""The small files that tell of a run: those of another revision, and of one that was made elsewhere."""

from typing import Any

from retrace.core.artifacts import DATA_CHECKS, ENVIRONMENT, HISTORY, PREDICTIONS, REPORT_MD
from retrace.tools.repository.git import find_tree
from retrace.tools.repository.lock import LOCK, parse_lock
from retrace.tools.repository.transfers import fetch_files

FILES = tuple(map(str, (PREDICTIONS, HISTORY, ENVIRONMENT, DATA_CHECKS)))


def fetch_base(repo: Any, revision: str) -> int:
    """Bring the small files that the dvc.lock of a revision names into the cache.

    Parameters
    ----------
    repo : dvc.repo.Repo
        From `retrace.tools.repository.dvc.open_repository`.
    revision : str
        A branch, tag or commit.

    Returns
    -------
    int
        How many came from the remote; the others were in the cache.

    Raises
    ------
    RetraceError
        There is no such revision, its dvc.lock is damaged, or the remote lacks its files.
    """
    content = find_tree(revision).read([str(LOCK)]).get(str(LOCK), b"")
    outs = parse_lock(content, f"{LOCK} of {revision}").outs
    return fetch_files(repo, [md5 for path, md5 in outs.items() if path in FILES])


def pull_report(repo: Any) -> int:
    """Put what a run left in report/ into its place, where `--allow-missing` leaves it on the remote.

    Returns
    -------
    int
        How many came from the remote.

    Raises
    ------
    RetraceError
        The remote lacks them.
    """
    outs = [out for out in repo.index.outs if out.use_cache and out.hash_info and _is_read(str(out))]
    missing = [out for out in outs if not out.exists]
    fetched = fetch_files(repo, [out.hash_info.value for out in missing])
    for out in missing:
        out.checkout(allow_missing=True)
    return fetched


def _is_read(path: str) -> bool:
    return path in FILES or path.startswith(f"{REPORT_MD.parent}/")
