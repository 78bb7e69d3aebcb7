"""What stages declare, as dvc.yaml has it: changed line by line, so that comments and order stay."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML

from retrace.core.artifacts import save_bytes
from retrace.tools.repository.stages import Stage

# At the end of a dependency's line: it is right, whatever loads it.
KEEP = re.compile(r"\s#\s*keep\b")

TEMPLATE = re.compile(r"\$\{[^}]*\}")

PLAIN = re.compile(r"[\w./][\w./ -]*")

Section = Literal["dependencies", "params"]

KEYS: dict[Section, str] = {"dependencies": "deps", "params": "params"}


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a list of a stage gets and loses; paths from where its command runs."""

    section: Section
    add: Sequence[str] = ()
    remove: Sequence[str] = ()

    @property
    def key(self) -> str:
        """What dvc.yaml calls the list."""
        return KEYS[self.section]


def definition_of(stage: Stage) -> str:
    """Return the name that dvc.yaml has for a stage: ``train`` of ``sub/dvc.yaml:train@small``."""
    return stage.name.rpartition(":")[2].partition("@")[0]


def kept(stages: Iterable[Stage], root: Path) -> set[str]:
    """Return the dependencies that a comment ``# keep`` stands behind, from the top folder."""
    dependencies = set()
    patterns = {file: _kept_patterns(root / file) for file in {stage.file for stage in stages}}
    for stage in stages:
        for dep in stage.declared:
            if any(pattern.fullmatch(below(stage, dep)) for pattern in patterns[stage.file]):
                dependencies.add(dep)
    return dependencies


def _kept_patterns(file: Path) -> list[re.Pattern[str]]:
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if KEEP.search(line))
    entries = (KEEP.split(line)[0].strip().removeprefix("- ").strip(" '\":") for line in lines)
    return [pattern_of(entry) for entry in entries]


def pattern_of(entry: str) -> re.Pattern[str]:
    """Return what an entry of dvc.yaml matches once its templates are filled in."""
    return re.compile(".+".join(map(re.escape, TEMPLATE.split(entry.removeprefix("./").rstrip("/")))))


def below(stage: Stage, path: str) -> str:
    """Return a path from where a stage's command runs."""
    return Path(os.path.relpath(path, stage.folder or ".")).as_posix()


def write_changes(file: Path, changes: Mapping[str, Sequence[Change]]) -> None:
    """Change the lists of some stages in a dvc.yaml.

    Parameters
    ----------
    changes : mapping of str to list of Change
        By the stages' names in the file.
    """
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    stages = YAML().load("".join(lines))["stages"]
    # From the end, so that the places of what comes before stay true.
    places = {(stages.lc.key(name)[0], name) for name in changes}
    for _, name in sorted(places, reverse=True):
        node = stages[name]
        node = node.get("do", node) if "foreach" in node else node
        last_first = sorted(changes[name], key=lambda change: -_line_of(node, change.key))
        for change in last_first:
            _write(lines, node, change)
    save_bytes("".join(lines).encode(), file)


def _line_of(node: Any, section: str) -> int:
    return int(node.lc.key(section)[0]) if section in node else _line_after_command(node)


def _line_after_command(node: Any) -> int:
    """Return where a section that is not there belongs: behind the command, or before it at the end."""
    first = node.lc.key("cmd")[0]
    later = [node.lc.key(key)[0] for key in node if node.lc.key(key)[0] > first]
    return int(min(later, default=first))


def _write(lines: list[str], node: Any, change: Change) -> None:
    entries = node.get(change.key)
    if entries is None:
        indent = " " * node.lc.key("cmd")[1]
        new = [
            f"{indent}{change.key}:\n",
            *(f"{indent}  - {_quoted(each)}\n" for each in change.add),
        ]
        if change.key not in node and change.add:
            line = _line_after_command(node)
            lines[line:line] = new
    elif entries.fa.flow_style():
        _write_flow(lines, node, entries, change)
    else:
        _write_block(lines, node, entries, change)


def _write_block(lines: list[str], node: Any, entries: Any, change: Change) -> None:
    names = [_name(entry) for entry in entries]
    gone = _gone(names, change)
    at = [entries.lc.data[position][0] for position in range(len(entries))]
    ends = {line: _end_of_entry(lines, line) for line in at}
    last = ends[at[-1]]
    if len(gone) == len(names) and not change.add:
        del lines[node.lc.key(change.key)[0] : last]
        return
    dash = lines[at[0]][: lines[at[0]].index("-")]
    added: dict[int, list[str]] = {}
    for each in sorted(change.add):
        later = [position for position, name in enumerate(names) if name > each]
        place = at[later[0]] if later and names == sorted(names) else last
        added.setdefault(place, []).append(f"{dash}- {_quoted(each)}\n")
    if not lines[last - 1].endswith("\n"):
        lines[last - 1] += "\n"
    out = {at[position] for position in gone}
    for place in sorted({*added, *out}, reverse=True):
        lines[place : ends[place] if place in out else place] = added.get(place, [])


def _end_of_entry(lines: Sequence[str], start: int) -> int:
    """Return the line behind an entry, which may be a mapping of several lines."""
    dash = lines[start].index("-")
    end = start + 1
    while end < len(lines) and lines[end].strip() and lines[end][: dash + 1].isspace():
        end += 1
    return end


def _write_flow(lines: list[str], node: Any, entries: Any, change: Change) -> None:
    line, column = node.lc.value(change.key)
    rest = "".join(lines)
    start = sum(map(len, lines[:line])) + column
    end = _end_of_flow(rest, start)
    names = [_name(entry) for entry in entries]
    gone = _gone(names, change)
    wanted = [entry for position, entry in enumerate(entries) if position not in gone]
    wanted += change.add
    if names == sorted(names):
        wanted.sort(key=_name)
    text = rest[:start] + _flow(wanted) + rest[end:]
    lines[:] = text.splitlines(keepends=True)


def _end_of_flow(text: str, start: int) -> int:
    """Return the position behind the bracket that closes the one at `start`."""
    quote, depth = "", 0
    for position in range(start, len(text)):
        letter = text[position]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "[]":
            depth += 1 if letter == "[" else -1
            if not depth:
                return position + 1
    return len(text)


def _gone(names: Sequence[str], change: Change) -> set[int]:
    """Return the positions of the entries that stand for something to remove."""
    return {
        position
        for position, name in enumerate(names)
        if any(pattern_of(name).fullmatch(each) for each in change.remove)
    }


def _name(entry: Any) -> str:
    return str(next(iter(entry))) if isinstance(entry, Mapping) else str(entry)


def _flow(entry: Any) -> str:
    """Return an entry as it stands in brackets."""
    if isinstance(entry, Mapping):
        return f"{{{', '.join(f'{_quoted(str(key))}: {_flow(entry[key])}' for key in entry)}}}"
    if isinstance(entry, list):
        return f"[{', '.join(map(_flow, entry))}]"
    return "null" if entry is None else _quoted(str(entry))


def _quoted(text: str) -> str:
    return text if PLAIN.fullmatch(text) else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
