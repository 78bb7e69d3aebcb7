"""The stages twice: as dvc.yaml, the code and params.yaml ask for them now, and as dvc.lock has them.

DVC itself reads both, so templates, .dvcignore, the hash of a folder and params mean what they mean to
`dvc repro`. Nothing in the repository is written, not even DVC's own notes.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from retrace.tools.repository.dvc import open_repository
from retrace.tools.repository.git import git, listed
from retrace.tools.repository.lock import LOCK, read_lock

Made = Mapping[str, tuple[str, str | None]]


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """One dependency of a stage; an MD5 is None where there is nothing to hash.

    Attributes
    ----------
    path : str
        Its path from the repository's top folder.
    locked : str or None
        The MD5 that dvc.lock has for it in this stage.
    now : str or None
        The MD5 of what is here; of what another stage or a .dvc file makes, the MD5 recorded there.
    made_by : str or None
        The stage (``train``) or file (``data/titanic.dvc``) that makes it.
    inside : list of str
        Of a folder that changed: its files that Git says changed since dvc.lock was last committed.
    """

    path: str
    locked: str | None
    now: str | None
    made_by: str | None = None
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Result:
    """One output of a stage; ``now`` is None where it is under DVC: it need not be here."""

    path: str
    locked: str | None
    now: str | None = None
    in_git: bool = False


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage, now and in dvc.lock.

    Attributes
    ----------
    cmd, locked_cmd : str or list of str or None
        ``locked_cmd`` is None where dvc.lock does not have the stage.
    params, locked_params : dict
        ``{file: {key: value}}`` of the declared keys.
    dropped : list of str
        What only dvc.lock still names as a dependency or output of the stage.
    declared : tuple of str
        All its dependencies that are files here, as paths from the repository's top folder.
    file, folder : str
        Its dvc.yaml, and where its command runs, from the repository's top folder.
    """

    name: str
    cmd: Any
    locked_cmd: Any
    dependencies: list[Dependency]
    results: list[Result]
    params: dict[str, dict[str, Any]]
    locked_params: dict[str, dict[str, Any]]
    dropped: list[str]
    declared: tuple[str, ...] = ()
    file: str = "dvc.yaml"
    folder: str = ""


def run_order(folder: Path = Path()) -> list[str]:
    """Name the stages in an order in which each comes after those whose outputs it reads.

    Raises
    ------
    RetraceError
        DVC cannot read the repository.
    """
    import networkx

    with open_repository(folder) as repo:
        # An arrow of DVC's leads from a stage to what it needs.
        ordered = reversed(list(networkx.topological_sort(repo.index.graph)))
        return [stage.addressing for stage in ordered if not stage.is_data_source]


def read_stages(folder: Path = Path()) -> list[Stage]:
    """Return the stages of all dvc.yaml files of a repository, in their order.

    Raises
    ------
    RetraceError
        DVC cannot read the repository.
    """
    with open_repository(folder) as repo:
        stages = repo.index.stages
        made = {
            _path(out): (stage.addressing, out.hash_info.value) for stage in stages for out in stage.outs
        }
        locked = functools.cache(read_lock)
        return [
            _read(stage, made, locked(_lock_of(stage)).stages.get(stage.name) or {})
            for stage in stages
            if not stage.is_data_source
        ]


def _read(stage: Any, made: Made, entry: dict[str, Any]) -> Stage:
    from dvc.dependency import ParamsDependency

    params = [dep for dep in stage.deps if isinstance(dep, ParamsDependency)]
    files = [dep for dep in stage.deps if not isinstance(dep, ParamsDependency)]
    return Stage(
        name=stage.addressing,
        cmd=stage.cmd,
        locked_cmd=entry.get("cmd"),
        dependencies=[_dependency(dep, made) for dep in files if _plain(dep, made)],
        results=[_result(out) for out in stage.outs],
        params={dep.def_path: dep.read_params() for dep in params},
        locked_params={dep.def_path: dep.hash_info.value or {} for dep in params},
        dropped=_dropped("deps", files, entry) + _dropped("outs", stage.outs, entry),
        declared=tuple(_path(dep) for dep in files if dep.protocol == "local"),
        file=_place(stage, stage.path),
        folder=_place(stage, stage.wdir),
    )


def _lock_of(stage: Any) -> Path:
    return Path(stage.path).with_name(LOCK.name)


def _plain(dep: Any, made: Made) -> bool:
    """Leave out what needs data to judge: what lies in the folder of another stage, or elsewhere."""
    path = PurePath(_path(dep))
    apart = all(
        path == PurePath(other)
        or not (path.is_relative_to(other) or PurePath(other).is_relative_to(path))
        for other in made
    )
    return dep.protocol == "local" and apart


def _dependency(dep: Any, made: Made) -> Dependency:
    path, locked = _path(dep), dep.hash_info.value
    if path in made:
        made_by, now = made[path]
        return Dependency(path=path, locked=locked, now=now, made_by=made_by)
    now = dep.get_hash().value if dep.exists else None
    changed_folder = now and locked and now != locked and now.endswith(".dir")
    inside = _changed_inside(dep.fs_path, _lock_of(dep.stage)) if changed_folder else ()
    return Dependency(path=path, locked=locked, now=now, inside=inside)


def _changed_inside(folder: str, lock: Path) -> tuple[str, ...]:
    """dvc.lock has one hash for a folder; Git knows its files."""
    since = git("log", "-1", "--format=%H", "--", lock.name, folder=lock.parent)
    ask = functools.partial(listed, folder=lock.parent)
    tracked = ask("diff", "-z", "--name-only", "--relative", since, "--", folder) if since else []
    return (*tracked, *ask("ls-files", "-z", "--others", "--exclude-standard", "--", folder))


def _result(out: Any) -> Result:
    now = out.get_hash().value if not out.use_cache and out.exists else None
    return Result(path=_path(out), locked=out.hash_info.value, now=now, in_git=not out.use_cache)


def _dropped(kind: str, declared: list[Any], entry: Mapping[str, Any]) -> list[str]:
    names = {item.def_path for item in declared}
    return [item["path"] for item in entry.get(kind, []) if item["path"] not in names]


def _path(item: Any) -> str:
    if item.protocol != "local":
        return str(item)
    return _place(item, item.fs_path)


def _place(item: Any, path: str) -> str:
    """Return a path of the repository from its top folder."""
    return PurePath(item.repo.fs.relpath(path, item.repo.root_dir)).as_posix()
