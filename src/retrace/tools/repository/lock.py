"""dvc.lock: what each stage was made from and what it made; of this folder, or of any commit."""

import copy
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrace.core.artifacts import file_md5
from retrace.core.checked_yaml import flatten, yaml_values
from retrace.core.errors import ParamsError, RetraceError

LOCK = Path("dvc.lock")

REMEDY = "mend it; `git checkout dvc.lock` brings that one back"

Values = dict[str, Any]

# A hash becomes a path in the cache, and a commit may be anybody's.
MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")

# A line end in a path would ask Git for two files.
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Output:
    """One output of one stage, as dvc.lock has it; the MD5 of a folder ends in ``.dir``."""

    stage: str
    path: str
    md5: str


@dataclass(frozen=True)
class Lock:
    """The stages of a dvc.lock.

    Attributes
    ----------
    stages : dict
        As the file has them.
    """

    stages: Values

    @property
    def outputs(self) -> list[Output]:
        """All outputs in the order of the file; one that was never hashed is left out."""
        return [
            Output(stage, out["path"], out["md5"])
            for stage, entry in self.stages.items()
            for out in entry.get("outs", [])
            if "md5" in out
        ]

    @property
    def outs(self) -> dict[str, str]:
        """The MD5 of each output by its path."""
        return {output.path: output.md5 for output in self.outputs}

    @property
    def sources(self) -> dict[str, dict[str, str]]:
        """By stage, the MD5 of each dependency that no stage makes."""
        made = self.outs
        return {
            stage: {
                dep["path"]: dep.get("md5", "")
                for dep in entry.get("deps", [])
                if dep["path"] not in made
            }
            for stage, entry in self.stages.items()
        }

    @property
    def params(self) -> Values:
        """Every parameter that a stage read, by its full name such as ``train.threads``."""
        params: Values = {}
        for stage in self.stages:
            params |= self.params_of(stage)
        return params

    def params_of(self, stage: str) -> Values:
        """Return the parameters that one stage read, by their full names."""
        return flatten(self.stages.get(stage, {}).get("params", {}).get("params.yaml", {}))


def read_lock(path: Path = LOCK) -> Lock:
    """Read the dvc.lock of a folder; without stages where there is none yet.

    Raises
    ------
    RetraceError
        It is not one.
    """
    return parse_lock(path.read_bytes(), str(path)) if path.exists() else Lock({})


def parse_lock(content: bytes, where: str) -> Lock:
    """Read a dvc.lock, which may be any commit's: what it names is checked before it is used.

    Parameters
    ----------
    content : bytes
        The file.
    where : str
        What to call it, such as ``"dvc.lock of main"``.

    Raises
    ------
    RetraceError
        It is damaged.
    """
    stages = parse_yaml(content, where).get("stages") or {}
    if problem := _problem(stages):
        raise RetraceError(
            f"{where} is damaged ({problem}): bring back the committed one, `git checkout dvc.lock`, or"
            " delete it and run `retrace repro`"
        )
    return Lock(stages)


def dump_lock(lock: Lock) -> bytes:
    """Write a dvc.lock as DVC writes it, byte for byte."""
    from dvc.utils.serialize import dumps_yaml

    return str(dumps_yaml({"schema": "2.0", "stages": lock.stages})).encode()


def parse_yaml(content: bytes, where: str) -> Values:
    """Read a YAML file of a commit, by the rules of `retrace.core.checked_yaml.load_yaml`."""
    try:
        values = copy.deepcopy(_values(content))
    except ValueError as error:
        raise ParamsError(f"{where} is not valid YAML ({error}): {REMEDY}") from error
    if values is not None and not isinstance(values, dict):
        raise ParamsError(f"{where} holds no `key: value` lines: {REMEDY}")
    return values or {}


@functools.lru_cache(maxsize=64)  # more than a verdict over seeds compares
def _values(content: bytes) -> Any:
    """Read a content once, of however many commits and however often it is asked for."""
    return yaml_values(content.decode("utf-8"))


def locked_outputs(path: Path = LOCK) -> list[Output]:
    """Return all outputs in the order of dvc.lock; none where there is no such file yet."""
    return read_lock(path).outputs


def is_md5(value: object) -> bool:
    """Tell whether a value has the form of an MD5 as DVC writes it."""
    return isinstance(value, str) and MD5.fullmatch(value) is not None


def differing_outputs(first: list[Output], second: list[Output]) -> list[Output]:
    """Return those of the first list that the second does not have with the same content."""
    return [output for output in first if output not in second]


def is_in_place(output: Output, folder: Path = Path()) -> bool:
    """Tell whether a file has the content that dvc.lock says; of a folder, whether it is there."""
    path = folder / output.path
    if output.md5.endswith(".dir"):
        return path.is_dir()
    return path.is_file() and file_md5(path) == output.md5


def _problem(stages: object) -> str:
    """Say what is wrong with the first entry that DVC cannot have written; nothing where all is well."""
    if not isinstance(stages, Mapping):
        return "`stages` is no mapping"
    problems = (
        f"stage {name!r}: {problem}"
        for name, entry in stages.items()
        for problem in (
            _problems_of_entry(entry) if isinstance(entry, Mapping) else ["it is no mapping"]
        )
    )
    return next(problems, "")


def _problems_of_entry(entry: Mapping[str, Any]) -> Iterable[str]:
    if "cmd" not in entry:
        yield "it has no `cmd`, as when a write was cut off"
    for kind in ("deps", "outs"):
        items = entry.get(kind, [])
        if not isinstance(items, list):
            yield f"`{kind}` is no list"
            continue
        yield from (f"`{kind}` has {item!r}" for item in items if not _is_item(item))
    params = entry.get("params", {})
    if not isinstance(params, Mapping) or not all(isinstance(each, Mapping) for each in params.values()):
        yield "`params` is no mapping of files"


def _is_item(item: object) -> bool:
    if not isinstance(item, Mapping):
        return False
    path = item.get("path")
    named = isinstance(path, str) and bool(path) and not CONTROL.search(path)
    return named and ("md5" not in item or is_md5(item["md5"]))
