"""What stages load and read, held against what they declare."""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from retrace.core.checked_yaml import flatten, yaml_values
from retrace.tools.dependencies.imports import Project, without_collector
from retrace.tools.dependencies.keys import KeyReader
from retrace.tools.dependencies.marks import marked_inputs
from retrace.tools.dependencies.names import Names
from retrace.tools.dependencies.programs import Program, Shell, plain, programs
from retrace.tools.dependencies.values import ANY, Value
from retrace.tools.repository.stages import Stage

PARAMS = "params.yaml"

CODE = {".py", ".sh", ".bash", ".ipynb", ".R", ".r", ".jl"}

# In a folder of code without meaning for it.
BESIDE = {".pyc", ".pyo", ".typed", ".md"}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is wrong with one stage.

    Attributes
    ----------
    stage : Stage
        As dvc.yaml declares it.
    missing : tuple of str
        Files of the project that it loads and no dependency of its covers.
    unused : tuple of str
        Dependencies that are code, of which it loads nothing.
    keys : tuple of str
        Keys of params that it reads and does not declare, as ``"params.yaml: train.rate"``.
    unseen : tuple of str
        Where params go out of sight, as ``"src/train.py:12"``.
    loads : tuple of str
        All files of the project that it loads.
    """

    stage: Stage
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The stage's name."""
        return self.stage.name

    @property
    def wrong(self) -> bool:
        """Whether dvc.yaml should change."""
        return bool(self.missing or self.unused or self.keys)


def judge(stages: Iterable[Stage], root: Path, *, kept: Iterable[str] = ()) -> list[Verdict]:
    """Judge each stage of a project.

    Parameters
    ----------
    stages : iterable of Stage
        From `retrace.tools.repository.stages.read_stages`.
    root : Path
        The project's top folder.
    kept : iterable of str
        Dependencies that are right whatever loads them.

    Returns
    -------
    list of Verdict
        Of stages whose command starts nothing of the project, with nothing in them.
    """
    project, stages = Project(root.absolute()), list(stages)
    files = _params_files(stages, project.root)
    with without_collector():
        return [_judge(stage, project, files, set(kept)) for stage in stages]


def _judge(stage: Stage, project: Project, files: Mapping[str, Any], kept: set[str]) -> Verdict:
    command = stage.cmd if isinstance(stage.cmd, str) else "\n".join(map(str, stage.cmd or ()))
    started = programs(command, Shell(root=project.root, folder=project.root / stage.folder))
    if not started:
        return Verdict(stage=stage)
    start = len(f"{project.root.as_posix()}/")
    paths = [*project.loaded(started), *_inputs(started, command, stage, project)]
    loaded = {path.as_posix()[start:] for path in paths if path.is_relative_to(project.root)}
    read, unseen = _keys(started, project, files, command)
    return Verdict(
        stage=stage,
        missing=tuple(sorted(name for name in loaded if not covered(name, stage.declared))),
        unused=tuple(
            dep
            for dep in stage.declared
            if dep not in kept and not _is_loaded(dep, loaded, project, command)
        ),
        keys=tuple(sorted(_undeclared(read, stage, files))),
        unseen=tuple(sorted(unseen)),
        loads=tuple(sorted(loaded)),
    )


def _inputs(started: Iterable[Program], command: str, stage: Stage, project: Project) -> Iterator[Path]:
    """Yield what the docstrings of scripts call inputs: data, which no import shows."""
    for path in (path for program in started for path in program.files[-1:] if path.suffix == ".py"):
        for name in marked_inputs(project.text(path), command):
            yield plain(project.root / stage.folder / name)


def covered(name: str, declared: Iterable[str]) -> bool:
    """Tell whether a file is among paths, or in a folder that is."""
    return any(name == path or name.startswith(f"{path}/") for path in declared)


def _is_loaded(dep: str, loaded: set[str], project: Project, command: str) -> bool:
    """Tell whether a dependency is loaded, named where that cannot be seen, or no code at all."""
    path = project.root / dep
    if any(covered(name, [dep]) for name in loaded):
        return True
    if path.is_dir():
        inside = (each for each in path.rglob("*") if each.is_file() and "__pycache__" not in each.parts)
        kinds = {each.suffix for each in inside} - BESIDE
        if not kinds or kinds - CODE:
            return True
    elif path.suffix not in CODE or not path.is_file():
        return True
    return _is_named(path, loaded, project, command)


def _is_named(path: Path, loaded: set[str], project: Project, command: str) -> bool:
    """Tell whether what is loaded holds the name of a file, which it may start or read."""
    name = re.compile(rf"(?<![\w-]){re.escape(path.name)}(?![\w-])")
    paths = (project.root / each for each in loaded if Path(each).suffix in CODE)
    texts = (each.read_text(encoding="utf-8", errors="replace") for each in paths)
    whole = path.suffix in CODE  # the name of a folder may be any word
    return bool(name.search(command)) or (whole and any(name.search(text) for text in texts))


def _params_files(stages: Iterable[Stage], root: Path) -> dict[str, Any]:
    """Return the values of each file of params that any stage declares, and of params.yaml."""
    names = {PARAMS, *(name for stage in stages for name in _declared_keys(stage))}
    return {name: _values(root / name) for name in sorted(names) if PurePath(name).suffix != ".py"}


def _declared_keys(stage: Stage) -> dict[str, Any]:
    """Return the declared keys of each file of params, named from the top folder."""
    return {
        PurePath(os.path.normpath(PurePath(stage.folder, name))).as_posix(): keys
        for name, keys in stage.params.items()
    }


def _values(path: Path) -> Any:
    loaders = {".json": json.loads, ".toml": tomllib.loads}
    try:
        values = loaders.get(path.suffix, yaml_values)(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _keys(
    started: list[Program], project: Project, files: Mapping[str, Any], command: str
) -> tuple[set[Value], set[str]]:
    values: set[Value] = set()
    unseen: set[str] = set()
    named = next((name for name in files if name in command), "")
    for program in started:
        scripts = [path for path in program.files if path.suffix == ".py"]
        reader = KeyReader(Names(project, program), files, named)
        reading = reader.read([*scripts, *([None] if program.code else [])])
        values |= reading.values
        unseen |= reading.unseen
    return values, unseen


def _undeclared(read: Iterable[Value], stage: Stage, files: Mapping[str, Any]) -> set[str]:
    """Name the keys that no declared key covers, and sections read whole of which none is declared."""
    keys = set()
    for value in read:
        declared = _declared_keys(stage).get(value.file, {})
        if not _is_declared(value.path, declared):
            leaves = _leaves(value, files)
            # Of a section that goes on as a whole, who declares some keys may know which are read.
            if not any(_is_declared(path, declared) for path in leaves):
                shown = value.path if len(leaves) > 1 else leaves[0]
                keys.add(f"{value.file}: {'.'.join(each for each in shown if each != ANY)}")
    return keys


def _is_declared(path: tuple[str, ...], declared: Iterable[str]) -> bool:
    """Tell whether a key or a section around it is declared; a computed one may be any beside it."""
    certain = path[: path.index(ANY)] if ANY in path else path
    for key in (tuple(key.split(".")) for key in declared):
        if certain[: len(key)] == key or (certain != path and key[: len(certain)] == certain):
            return True
    return False


def _leaves(value: Value, files: Mapping[str, Any]) -> list[tuple[str, ...]]:
    values: Any = files.get(value.file, {})
    for key in value.path:
        values = values.get(key) if isinstance(values, Mapping) and key != ANY else None
    if not isinstance(values, Mapping) or not values:
        return [value.path]
    return [(*value.path, *name.split(".")) for name in flatten(values)]
