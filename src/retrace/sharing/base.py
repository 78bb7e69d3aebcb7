"""What `retrace comment` reads: of the base, and of a run that was made elsewhere."""

from typing import Any

from retrace.artifacts import DATA_CHECKS, ENVIRONMENT, HISTORY, PREDICTIONS, REPORT_MD
from retrace.errors import RetraceError

FILES = tuple(map(str, (PREDICTIONS, HISTORY, ENVIRONMENT, DATA_CHECKS)))


def fetch_base(repo: Any, revision: str) -> int:
    """Bring the small files that the dvc.lock of a revision names into the cache.

    Parameters
    ----------
    repo : dvc.repo.Repo
        From `retrace.stages.open_repository`.
    revision : str
        A branch, tag or commit.

    Returns
    -------
    int
        How many came from the remote; the others were in the cache.

    Raises
    ------
    RetraceError
        The revision has no such files, or the remote lacks them.
    """
    from dvc.exceptions import DvcException

    _verify(repo)
    try:
        return int(repo.fetch(targets=list(FILES), revs=[revision], workspace=False))
    except DvcException as problem:
        raise RetraceError(
            f"{revision} cannot be compared row by row, its dvc.lock or the remote lacks files for it:"
            f" {problem}"
        ) from problem


def pull_report(repo: Any) -> int:
    """Put what a run left in report/ into its place, where `--allow-missing` left it on the remote.

    Returns
    -------
    int
        How many came from the remote.

    Raises
    ------
    RetraceError
        The remote lacks them.
    """
    from dvc.exceptions import DvcException

    _verify(repo)
    outs = [out for out in repo.index.outs if out.use_cache and _is_read(str(out))]
    missing = [str(out) for out in outs if out.hash_info and not out.exists]
    if not missing:
        return 0
    try:
        return int(repo.pull(targets=missing, allow_missing=True).get("fetched", 0))
    except DvcException as problem:
        raise RetraceError(f"the remote lacks what the run left in report/: {problem}") from problem


def _is_read(path: str) -> bool:
    return path in FILES or path.startswith(f"{REPORT_MD.parent}/")


def _verify(repo: Any) -> None:
    for remote in repo.config["remote"].values():
        remote["verify"] = True
