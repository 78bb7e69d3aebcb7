"""Stages written into dvc.yaml, and values into params.yaml: comments, order and all else stay."""

import io
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML

from retrace.core.checked_yaml import yaml_values
from retrace.core.errors import ParamsError

LIST = re.compile(r"^( *)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?: *#[^\n]*\n)*( *)- ", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What dvc.yaml says of a stage; metrics are kept in Git."""

    command: str
    dependencies: Sequence[str] = ()
    params: Sequence[str] = ()
    outputs: Sequence[str] = ()
    metrics: Sequence[str] = ()

    def lists(self) -> dict[str, list[Any]]:
        """Return its lists by their names in dvc.yaml, those that hold something."""
        lists: dict[str, list[Any]] = {
            "deps": list(self.dependencies),
            "params": list(self.params),
            "outs": list(self.outputs),
            "metrics": [{path: {"cache": False}} for path in self.metrics],
        }
        return {name: entries for name, entries in lists.items() if entries}


def commands_in(text: str) -> dict[str, str]:
    """Return the command of each stage of a dvc.yaml that has one line of it."""
    stages = _checked(text, "dvc.yaml").get("stages") or {}
    commands = {name: (stage or {}).get("cmd") for name, stage in stages.items()}
    return {name: command if isinstance(command, str) else "" for name, command in commands.items()}


def with_stage(text: str, name: str, definition: Definition) -> str:
    """Return a dvc.yaml with one stage more, behind the others."""
    stage = {"cmd": definition.command, **definition.lists()}
    _checked(text, "dvc.yaml")
    root = _loaded(text)
    stages = root.get("stages")
    if "stages" not in root:
        start = f"{text.rstrip()}\n\n" if text.strip() else ""
        return f"{start}stages:\n{textwrap.indent(_dumped({name: stage}, text), '  ')}"
    if not stages or stages.fa.flow_style():
        root["stages"] = {**(stages or {}), name: stage}
        return _dumped(root, text)
    column = stages.lc.key(next(iter(stages)))[1]
    lines = text.rstrip("\n").splitlines()
    later = [root.lc.key(key)[0] for key in root if root.lc.key(key)[0] > root.lc.key("stages")[0]]
    end = min(later, default=len(lines))
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1
    new = ["", *textwrap.indent(_dumped({name: stage}, text), " " * column).splitlines()]
    return "\n".join([*lines[:end], *new, *lines[end:]]) + "\n"


def with_changed_stage(text: str, name: str, before: Definition, after: Definition) -> str:
    """Return a dvc.yaml in which a stage has what another definition of it has.

    Parameters
    ----------
    text : str
        The dvc.yaml.
    name : str
        The stage.
    before, after : Definition
        What only `before` has goes, what only `after` has comes; all else stays.
    """
    root = _loaded(text)
    stage = root["stages"][name]
    stage["cmd"] = after.command
    old, new = before.lists(), after.lists()
    for key in dict.fromkeys([*old, *new]):
        gone = [entry for entry in old.get(key, []) if entry not in new.get(key, [])]
        come = [entry for entry in new.get(key, []) if entry not in old.get(key, [])]
        entries = stage.get(key, [])
        for entry in [each for each in entries if each in gone]:
            entries.remove(entry)
        entries += [entry for entry in come if entry not in entries]
        if entries:
            stage[key] = entries
        else:
            stage.pop(key, None)
    return _dumped(root, text)


def with_values(
    text: str, section: Sequence[str], values: Mapping[str, Any], *, only: Iterable[str] | None = None
) -> str:
    """Return a params.yaml that has these values where it has none.

    Parameters
    ----------
    text : str
        The params.yaml.
    section : sequence of str
        The keys that lead to the place.
    values : dict
        By key; those that are there already keep their value.
    only : iterable of str or None
        The keys that the place may hold; others go. None: all stay.
    """
    _checked(text, "params.yaml")
    root = _loaded(text)
    place = root
    for key in section:
        if place.get(key) is None:
            place[key] = {}
        place = place[key]
        if not isinstance(place, dict):
            raise ParamsError(f"params.yaml: {key} should be `key: value` lines: rename what is there")
    missing = {key: value for key, value in values.items() if key not in place}
    gone = [key for key in place if only is not None and key not in only]
    if not missing and not gone:
        return text
    place.update(missing)
    for key in gone:
        del place[key]
    return _dumped(root, text)


def _checked(text: str, name: str) -> dict[str, Any]:
    """Return the values of a file, for which `_loaded` has the comments too."""
    try:
        values = yaml_values(text)
    except ValueError as error:
        raise ParamsError(f"{name} is not valid YAML: {error}") from error
    if not isinstance(values or {}, dict):
        raise ParamsError(f"{name} should be `key: value` lines")
    return values or {}


def _loaded(text: str) -> Any:
    yaml = YAML()
    yaml.preserve_quotes = True
    return yaml.load(text) or {}


def _dumped(values: Any, like: str) -> str:
    """Write YAML with the indentation of a text."""
    match = LIST.search(like)
    offset = len(match[2]) - len(match[1]) if match else 2
    yaml = YAML()
    yaml.width = 2**16
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    written = io.StringIO()
    yaml.dump(values, written)
    return written.getvalue()
