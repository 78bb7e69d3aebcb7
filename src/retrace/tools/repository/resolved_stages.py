"""The stages as they run: templates, foreach, matrix and wdir resolved by DVC, to be run elsewhere."""

import copy
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from retrace.core.artifacts import file_md5
from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import open_repository
from retrace.tools.repository.git import listed

# Of a stage in dvc.yaml: what neither its command nor its results depend on, or what is of this clone.
LEFT_OUT = ("desc", "frozen", "meta")

IGNORE = ".dvcignore"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A dependency that no stage makes: code or data.

    Attributes
    ----------
    path, md5 : str
        Its path from the repository's top folder, and DVC's hash of it.
    files : tuple of str
        The files that DVC sees in it, from the top folder too.
    under_dvc : bool
        Whether a .dvc file has it.
    """

    path: str
    md5: str
    files: tuple[str, ...]
    under_dvc: bool = False


@dataclass(frozen=True, kw_only=True)
class ResolvedStage:
    """A stage, whole; all paths are from the repository's top folder.

    Attributes
    ----------
    name, file : str
        What DVC calls it, and its dvc.yaml.
    definition : dict
        A dvc.yaml of this stage alone, in which nothing is left to resolve.
    sources : tuple of Source
        The files and folders that it needs and no stage makes, with their hashes.
    inputs, outputs, metrics : tuple of str
        What other stages make that it needs, and what it makes; ``metrics`` are some of its outputs.
    params : dict
        ``{file: {key: value}}`` of what it declares.
    shaping : dict
        ``{file: keys}`` that dvc.yaml itself names, as in ``${model}``.
    always : bool
        Whether it runs although nothing changed.
    """

    name: str
    file: str
    definition: Mapping[str, Any]
    sources: tuple[Source, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    metrics: tuple[str, ...]
    params: Mapping[str, Mapping[str, Any]]
    shaping: Mapping[str, tuple[str, ...]]
    always: bool


def resolve_stages(folder: Path = Path()) -> list[ResolvedStage]:
    """Return all stages in the order in which `dvc repro` runs them.

    Raises
    ------
    RetraceError
        DVC cannot read the repository, or a dependency is not here.
    """
    from dvc.repo.reproduce import plan_repro

    with open_repository(folder) as repo:
        order = [stage for stage in plan_repro(repo.index.graph) if not stage.is_data_source]
        made = {_path(out) for stage in order for out in stage.outs if out.protocol == "local"}
        kept = {_path(out) for stage in repo.index.stages if stage.is_data_source for out in stage.outs}
        return [_resolve(stage, made, kept) for stage in order]


def ignore_files() -> list[str]:
    """Name the files that tell DVC what it must not see."""
    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = {*listed(*words, IGNORE, f"*/{IGNORE}"), IGNORE}  # the first also without Git
    return sorted(name for name in names if Path(name).is_file())


def _resolve(stage: Any, made: set[str], kept: set[str]) -> ResolvedStage:
    from dvc.dependency import ParamsDependency

    files = [dep for dep in stage.deps if not isinstance(dep, ParamsDependency)]
    files = [dep for dep in files if dep.protocol == "local"]
    outputs = [out for out in stage.outs if out.protocol == "local"]
    needed = {out for dep in files for out in made if _overlap(_path(dep), out)}
    params = {_path(dep): dep.read_params() for dep in stage.deps if isinstance(dep, ParamsDependency)}
    return ResolvedStage(
        name=stage.addressing,
        file=_place(stage, stage.path),
        definition=_definition(stage),
        sources=tuple(_sources(files, made, kept)),
        inputs=tuple(sorted(needed)),
        outputs=tuple(_path(out) for out in outputs),
        metrics=tuple(_path(out) for out in outputs if out.metric),
        params=params,
        shaping=_shaping(stage),
        always=bool(stage.always_changed),
    )


def _sources(deps: list[Any], made: set[str], kept: set[str]) -> Iterator[Source]:
    for dep in deps:
        path = _path(dep)
        if any(PurePath(path).is_relative_to(out) for out in made):
            continue
        if PurePath(path).parts[:1] == ("..",):
            raise RetraceError(
                f"'{dep.stage.addressing}' depends on {path}, which is outside of this folder"
            )
        if not dep.exists:
            remedy = f"`dvc pull {path}` brings it" if path in kept else "make it, or mend dvc.yaml"
            raise RetraceError(
                f"'{dep.stage.addressing}' depends on {path}, which is not here: {remedy}"
            )
        files = dep.repo.dvcignore.find(dep.fs, dep.fs_path) if dep.isdir() else [dep.fs_path]
        names = sorted(_place(dep, name) for name in files)
        inside = [name for name in names if not any(PurePath(name).is_relative_to(out) for out in made)]
        mixed = any(PurePath(out).is_relative_to(path) for out in made)
        md5 = _hash_of(inside, dep.repo.root_dir) if mixed else str(dep.get_hash().value)
        yield Source(path=path, md5=md5, files=tuple(inside), under_dvc=path in kept)


def _hash_of(files: list[str], root: str) -> str:
    """Hash a folder without what stages make in it, which DVC's own hash of it holds."""
    lines = [f"{file_md5(Path(root, name))} {name}\n" for name in files]
    return hashlib.md5("".join(lines).encode()).hexdigest()


def _definition(stage: Any) -> dict[str, Any]:
    from dvc.stage.serialize import to_pipeline_file

    entry = copy.deepcopy(to_pipeline_file(stage)[stage.name])
    definition = {key: value for key, value in entry.items() if key not in LEFT_OUT}
    for kind in ("outs", "metrics", "plots"):
        # A remote of this clone is not known elsewhere.
        for out in definition.get(kind, []):
            if isinstance(out, dict):
                next(iter(out.values())).pop("remote", None)
    group, _, key = stage.name.partition("@")
    resolved = _escaped(definition)
    # DVC gives a name with @ to what comes of a foreach alone.
    whole = {"foreach": [key], "do": resolved} if key else resolved
    return {"stages": {group: whole}}


def _escaped(value: Any) -> Any:
    """Write values so that DVC, which resolves templates again, leaves them as they are."""
    if isinstance(value, Mapping):
        return {_escaped(key): _escaped(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(each) for each in value]
    return value.replace("${", r"\${") if isinstance(value, str) else value


def _shaping(stage: Any) -> dict[str, tuple[str, ...]]:
    base = Path(stage.path).parent
    return {
        _place(stage, str(base / file)): tuple(sorted(str(key) for key in keys))
        for file, keys in stage.tracked_vars.items()
    }


def _overlap(path: str, other: str) -> bool:
    return PurePath(path).is_relative_to(other) or PurePath(other).is_relative_to(path)


def _path(item: Any) -> str:
    return _place(item, item.fs_path) if item.protocol == "local" else str(item)


def _place(item: Any, path: str) -> str:
    return PurePath(item.repo.fs.relpath(path, item.repo.root_dir)).as_posix()
