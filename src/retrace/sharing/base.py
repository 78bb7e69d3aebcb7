"""The few small files of another branch's run that `retrace comment` compares by."""

from typing import Any

from retrace.artifacts import DATA_CHECKS, ENVIRONMENT, HISTORY, PREDICTIONS
from retrace.errors import RetraceError

FILES = tuple(map(str, (PREDICTIONS, HISTORY, ENVIRONMENT, DATA_CHECKS)))


def fetch_base(repo: Any, revision: str) -> int:
    """Bring the small files that the dvc.lock of a revision names into the cache; the workspace stays.

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

    for remote in repo.config["remote"].values():
        remote["verify"] = True
    try:
        return int(repo.fetch(targets=list(FILES), revs=[revision], workspace=False))
    except DvcException as problem:
        raise RetraceError(
            f"{revision} cannot be compared row by row, its dvc.lock or the remote lacks files for it:"
            f" {problem}"
        ) from problem
