"""What dvc.lock says that a run was made from, and whether the files beside it still are that."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from retrace.core.checked_yaml import flatten
from retrace.core.errors import ParamsError
from retrace.tools.repository.git import Tree

Values = dict[str, Any]


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
    def outs(self) -> dict[str, str]:
        """The MD5 of each output by its path."""
        return {
            out["path"]: out["md5"] for entry in self.stages.values() for out in entry.get("outs", [])
        }

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
        found: Values = {}
        for entry in self.stages.values():
            found |= flatten(entry.get("params", {}).get("params.yaml", {}))
        return found


def parse_yaml(content: bytes, where: str) -> Values:
    """Read a YAML file of a commit, by the rules of `retrace.core.checked_yaml.load_yaml`."""
    try:
        values = YAML(typ="safe").load(content.decode("utf-8"))
    except (YAMLError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise ParamsError(
            f"{where} is not valid YAML ({first}): mend it, and run `retrace repro` if it is dvc.lock"
        ) from error
    return values if isinstance(values, dict) else {}


def parse_lock(content: bytes, where: str) -> Lock:
    """Read a dvc.lock."""
    return Lock(parse_yaml(content, where).get("stages") or {})


def stale_stages(tree: Tree, lock: Lock) -> dict[str, str]:
    """Name the stages whose params or sources are not what dvc.lock says, each with the first reason.

    Data under DVC need not be there: their .dvc file says what they are.
    """
    found = _hashes(tree, {path for deps in lock.sources.values() for path in deps})
    content = tree.read(["params.yaml"]).get("params.yaml", b"")
    params = flatten(parse_yaml(content, f"params.yaml of {tree.name}"))
    stale = {}
    for stage, entry in lock.stages.items():
        locked = flatten(entry.get("params", {}).get("params.yaml", {}))
        reasons = [name for name, value in locked.items() if name not in params or params[name] != value]
        reasons += [path for path, md5 in lock.sources[stage].items() if found.get(path) != md5]
        if reasons:
            stale[stage] = reasons[0]
    return stale


def _hashes(tree: Tree, paths: set[str]) -> dict[str, str]:
    """Return the MD5 that DVC would give to each file and folder that is there."""
    contents = tree.read([*paths, *(f"{path}.dvc" for path in paths)])
    found = {}
    folders: dict[str, list[str]] = {}
    for path in paths:
        if f"{path}.dvc" in contents:
            found[path] = parse_yaml(contents[f"{path}.dvc"], f"{path}.dvc")["outs"][0]["md5"]
        elif path in contents:
            found[path] = hashlib.md5(contents[path]).hexdigest()
        else:
            folders[path] = tree.files(path)
    inside = tree.read([file for files in folders.values() for file in files])
    return found | {
        folder: _folder_md5(folder, {file: inside[file] for file in files if file in inside})
        for folder, files in folders.items()
        if files
    }


def _folder_md5(folder: str, contents: Mapping[str, bytes]) -> str:
    listing = [
        {"md5": hashlib.md5(content).hexdigest(), "relpath": path.removeprefix(f"{folder}/")}
        for path, content in contents.items()
    ]
    listing.sort(key=lambda entry: entry["relpath"])
    return hashlib.md5(json.dumps(listing, sort_keys=True).encode()).hexdigest() + ".dir"
