"""What `retrace comment` reads: of the base, and of a run that was made elsewhere."""

from collections.abc import Iterable
from typing import Any

from retrace.core.artifacts import DATA_CHECKS, ENVIRONMENT, HISTORY, PREDICTIONS, REPORT_MD
from retrace.core.errors import RetraceError
from retrace.tools.repository.git import find_tree
from retrace.tools.repository.lock import LOCK
from retrace.tools.repository.remote import default_remote, explained

FILES = tuple(map(str, (PREDICTIONS, HISTORY, ENVIRONMENT, DATA_CHECKS)))


def fetch_base(repo: Any, revision: str) -> int:
    """Bring the small files that the dvc.lock of a revision names into the cache.

    Parameters
    ----------
    repo : dvc.repo.Repo
        From `retrace.tools.repository.stages.open_repository`.
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
    content = find_tree(revision).read([str(LOCK)]).get(str(LOCK), b"{}")
    return _fetch(repo, _locked(content, f"{LOCK} of {revision}"))


def _locked(content: bytes, where: str) -> list[str]:
    """Return the hashes of `FILES` in a dvc.lock, which may be any commit's."""
    from dvc.utils.serialize import loads_yaml
    from ruamel.yaml.error import YAMLError

    try:
        stages = (loads_yaml(content.decode()) or {}).get("stages") or {}
        outs = [out for stage in stages.values() for out in stage.get("outs", [])]
        return [out["md5"] for out in outs if out["path"] in FILES]
    except (YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError) as error:
        raise RetraceError(f"{where} is damaged: run `retrace repro` there, and commit it") from error


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
    fetched = _fetch(repo, (out.hash_info.value for out in missing))
    for out in missing:
        out.checkout(allow_missing=True)
    return fetched


def _is_read(path: str) -> bool:
    return path in FILES or path.startswith(f"{REPORT_MD.parent}/")


def _fetch(repo: Any, hashes: Iterable[str]) -> int:
    # `repo.fetch` with targets reads dvc.yaml once for each: seconds where this takes a moment.
    from dvc_data.hashfile.hash_info import HashInfo

    for remote in repo.config["remote"].values():
        remote["verify"] = True
    wanted = {HashInfo("md5", each) for each in hashes if not repo.cache.local.exists(each)}
    if not wanted:
        return 0
    with explained(default_remote(repo)):
        repo.cloud.pull(wanted)
    lost = sum(not repo.cache.local.exists(each.value) for each in wanted)
    if lost:
        raise RetraceError(f"the remote lacks {lost} of {len(wanted)} files, or has them damaged")
    return len(wanted)
