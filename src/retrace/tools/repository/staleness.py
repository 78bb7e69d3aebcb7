"""Is dvc.lock true? The stages in, what is wrong with each out, in words."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from retrace.core.checked_yaml import flatten
from retrace.tools.repository.git import Tree
from retrace.tools.repository.lock import Lock, parse_yaml
from retrace.tools.repository.stages import Dependency, Result, Stage

ABSENT = object()


def all_problems(stages: list[Stage]) -> list[str]:
    """Say what is wrong with each stage; what several stages share is one line.

    Returns
    -------
    list of str
        Such as ``"train, report: src/retrace/models changed"``; empty where dvc.lock is true.
    """
    sharing: dict[str, list[str]] = {}
    for stage in stages:
        for phrase in problems(stage):
            sharing.setdefault(phrase, []).append(stage.name)
    return [
        f"{'every stage' if 1 < len(stages) == len(names) else ', '.join(names)}: {phrase}"
        for phrase, names in sharing.items()
    ]


def problems(stage: Stage) -> list[str]:
    """Say why a stage is not what dvc.lock records.

    Parameters
    ----------
    stage : Stage
        From `retrace.tools.repository.stages.read_stages`.

    Returns
    -------
    list of str
        One phrase per cause, such as ``"params.yaml: models.svm.C is 10, was 1.0"``; empty where the
        lock is true.
    """
    if stage.locked_cmd is None:
        return ["is not in dvc.lock: it has not run yet"]
    reasons = [
        *_changed_command(stage),
        *(phrase for dep in stage.dependencies for phrase in _changed_dependency(dep)),
        *changed_params(stage),
        *(phrase for result in stage.results for phrase in _changed_result(result)),
    ]
    return reasons or [
        f"{path} is in dvc.lock but no longer in dvc.yaml, which DVC does not notice:"
        f" run `dvc repro --force {stage.name}`"
        for path in stage.dropped
    ]


def changed_params(stage: Stage) -> list[str]:
    """Name each parameter of a stage whose value is not the one in dvc.lock, with both values."""
    files = stage.params if stage.locked_cmd is not None else {}
    return [
        phrase
        for file, now in files.items()
        for key in dict.fromkeys([*now, *stage.locked_params.get(file, {})])
        for phrase in changed_keys(
            stage.locked_params.get(file, {}).get(key, ABSENT), now.get(key, ABSENT), f"{file}: {key}"
        )
    ]


def changed_keys(old: object, new: object, path: str) -> Iterator[str]:
    """Name each leaf that differs between two values of a key, with both values."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*new, *old]):
            yield from changed_keys(old.get(key, ABSENT), new.get(key, ABSENT), f"{path}.{key}")
    elif old is ABSENT:
        yield f"{path} is new ({_shown(new)})"
    elif new is ABSENT:
        yield f"{path} is gone (was {_shown(old)})"
    elif old != new:
        yield f"{path} is {_shown(new)}, was {_shown(old)}"


def _changed_command(stage: Stage) -> list[str]:
    return [] if stage.cmd == stage.locked_cmd else [f"cmd is {stage.cmd!r}, was {stage.locked_cmd!r}"]


def _changed_dependency(dep: Dependency) -> list[str]:
    if dep.locked is None:
        return [f"{dep.path} is a new dependency"]
    if dep.locked == dep.now:
        return []
    if dep.made_by is None:
        return [f"{dep.path} {'is not here' if dep.now is None else 'changed'}{_inside(dep)}"]
    if dep.made_by.endswith(".dvc"):
        return [f"{dep.path} changed: {dep.made_by} names other data"]
    return [
        f"{dep.path} is not the one that `{dep.made_by}` made ({dep.locked[:7]} here,"
        f" {(dep.now or 'nothing')[:7]} there): dvc.lock mixes two runs"
    ]


def _inside(folder: Dependency) -> str:
    names = [*folder.inside[:3], *([f"{len(folder.inside) - 3} more"] if len(folder.inside) > 3 else [])]
    return f" ({', '.join(names)})" if names else ""


def _changed_result(result: Result) -> list[str]:
    if result.locked is None:
        return [f"{result.path} is a new output"]
    if not result.in_git or result.now == result.locked:
        return []
    if result.now is None:
        return [f"{result.path} is not here"]
    return [f"{result.path} is not the one that this run made"]


def _shown(value: object) -> str:
    kinds: dict[type, Callable[[Any], str]] = {
        type(None): lambda _: "empty",
        dict: lambda section: "{" + ", ".join(f"{key}: {_shown(section[key])}" for key in section) + "}",
        bool: lambda flag: str(flag).lower(),
    }
    return kinds.get(type(value), str)(value)


def stale_stages(tree: Tree, lock: Lock) -> dict[str, str]:
    """Name the stages of a commit whose params or sources are not what its dvc.lock says.

    DVC would need the files on disk. Data under DVC need not be there: their .dvc file says what they
    are.

    Returns
    -------
    dict of str to str
        The first reason by stage.
    """
    hashes = _hashes(tree, {path for deps in lock.sources.values() for path in deps})
    content = tree.read(["params.yaml"]).get("params.yaml", b"")
    params = flatten(parse_yaml(content, f"params.yaml of {tree.name}"))
    stale = {}
    for stage in lock.stages:
        locked = lock.params_of(stage)
        reasons = [name for name, value in locked.items() if name not in params or params[name] != value]
        reasons += [path for path, md5 in lock.sources[stage].items() if hashes.get(path) != md5]
        if reasons:
            stale[stage] = reasons[0]
    return stale


def _hashes(tree: Tree, paths: set[str]) -> dict[str, str]:
    """Return the MD5 that DVC would give to each file and folder that is there."""
    contents = tree.read([*paths, *(f"{path}.dvc" for path in paths)])
    hashes = {}
    folders: dict[str, list[str]] = {}
    for path in paths:
        if f"{path}.dvc" in contents:
            hashes[path] = _md5_in(contents[f"{path}.dvc"], f"{path}.dvc")
        elif path in contents:
            hashes[path] = hashlib.md5(contents[path]).hexdigest()
        else:
            folders[path] = tree.files(path)
    inside = tree.read([file for files in folders.values() for file in files])
    return hashes | {
        folder: _folder_md5(folder, {file: inside[file] for file in files if file in inside})
        for folder, files in folders.items()
        if files
    }


def _md5_in(pointer: bytes, where: str) -> str:
    outs = parse_yaml(pointer, where).get("outs")
    first = outs[0] if isinstance(outs, list) and outs else None
    return str(first.get("md5", "")) if isinstance(first, Mapping) else ""


def _folder_md5(folder: str, contents: Mapping[str, bytes]) -> str:
    listing = [
        {"md5": hashlib.md5(content).hexdigest(), "relpath": path.removeprefix(f"{folder}/")}
        for path, content in contents.items()
    ]
    listing.sort(key=lambda entry: entry["relpath"])
    return hashlib.md5(json.dumps(listing, sort_keys=True).encode()).hexdigest() + ".dir"
