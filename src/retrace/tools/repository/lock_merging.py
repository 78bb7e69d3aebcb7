"""Two locks in, one out: each stage of the side whose run is still true for the merged files.

A stage of neither side is left out, so that `dvc repro` runs it: a lock never names a run that was not.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from retrace.tools.repository.lock import Lock
from retrace.tools.repository.stages import Dependency, Result, Stage
from retrace.tools.repository.staleness import problems

Entry = Mapping[str, Any]

OURS, THEIRS, BOTH, NEITHER = "ours", "theirs", "both", "neither"


@dataclass(frozen=True)
class Merged:
    """A merged lock, and whose each stage is: ``ours``, ``theirs``, ``both`` or ``neither``."""

    lock: Lock
    sides: dict[str, str]


def merge_locks(stages: Iterable[Stage], ours: Lock, theirs: Lock, settled: Collection[str]) -> Merged:
    """Choose each stage's entry from the side where it fits the merged files and all before it.

    Parameters
    ----------
    stages : iterable of Stage
        Of the merged files, from `retrace.tools.repository.stages.read_stages`; their own lock is not
        looked at.
    settled : collection of str
        Outputs in Git whose content follows the side that is chosen, since both sides changed them.
    """
    # DVC puts the path of a dvc.yaml before a name where that is not in the current folder.
    named = {stage.name.rpartition(":")[2]: stage for stage in stages if stage.file == "dvc.yaml"}
    choice = _Choice(named, {OURS: ours, THEIRS: theirs}, settled)
    for name in choice.stages:
        choice.choose(name)
    entries = {name: choice.chosen[name] for name in choice.stages if name in choice.chosen}
    return Merged(Lock(entries), {name: choice.sides[name] for name in choice.stages})


@dataclass
class _Choice:
    stages: dict[str, Stage]
    locks: dict[str, Lock]
    settled: Collection[str]

    def __post_init__(self) -> None:
        self.chosen: dict[str, dict[str, Any]] = {}
        self.sides: dict[str, str] = {}

    def choose(self, name: str) -> None:
        if name in self.sides:
            return
        self.sides[name] = NEITHER
        stage = self.stages[name]
        before = [key for key, other in self.stages.items() if key != name and feeds(other, stage)]
        for key in before:
            self.choose(key)
        for side, lock in self.locks.items():
            entry = lock.stages.get(name)
            if entry and self._fits(stage, entry, lock, before):
                self.chosen[name] = entry
                self.sides[name] = BOTH if self._is_shared(name) else side
                return

    def _fits(self, stage: Stage, entry: Entry, lock: Lock, before: list[str]) -> bool:
        if not all(self._is_the_run_of(key, stage, lock) for key in before):
            return False
        made = Lock(self.chosen).outs
        return not problems(as_locked(stage, entry, made, self.settled))

    def _is_the_run_of(self, name: str, stage: Stage, lock: Lock) -> bool:
        """Tell whether what a stage reads of another is what it read when it ran."""
        if name not in self.chosen or name not in lock.stages:
            return False
        read = [
            result.path
            for result in self.stages[name].results
            if any(overlap(result.path, dep) for dep in stage.declared)
        ]
        # Single files in the folder of another stage need not be here: what no side changed is sure.
        own = stage.name.rpartition(":")[2]
        if set(read) - set(stage.declared) and not (self._is_shared(name) and self._is_shared(own)):
            return False
        then, now = (Lock({name: stages[name]}).outs for stages in (lock.stages, self.chosen))
        return all(path in now and now[path] == then.get(path) for path in read)

    def _is_shared(self, name: str) -> bool:
        first, *others = (lock.stages.get(name) for lock in self.locks.values())
        return all(other == first for other in others)


def feeds(other: Stage, stage: Stage) -> bool:
    """Tell whether a stage reads something that another one makes."""
    return any(overlap(result.path, dep) for result in other.results for dep in stage.declared)


def overlap(first: str, second: str) -> bool:
    """Tell whether two paths are one, or one lies in the other."""
    return PurePath(first).is_relative_to(second) or PurePath(second).is_relative_to(first)


def as_locked(stage: Stage, entry: Entry, made: Mapping[str, str], settled: Collection[str]) -> Stage:
    """Return a stage as if dvc.lock had a certain entry for it.

    Parameters
    ----------
    entry : mapping
        Of a dvc.lock.
    made : mapping of str to str
        The MD5 of what other stages make, by its path.
    settled : collection of str
        Outputs in Git that will be what the entry says.
    """
    deps, outs = (_hashes(entry, kind) for kind in ("deps", "outs"))
    declared = {*stage.declared, *(result.path for result in stage.results)}
    return replace(
        stage,
        locked_cmd=entry.get("cmd"),
        dependencies=[_dependency(dep, deps, made) for dep in stage.dependencies],
        results=[_result(result, outs, settled) for result in stage.results],
        locked_params=dict(entry.get("params", {})),
        dropped=[path for path in (*deps, *outs) if path not in declared],
    )


def _hashes(entry: Entry, kind: str) -> dict[str, str | None]:
    return {item["path"]: item.get("md5") for item in entry.get(kind, [])}


def _dependency(
    dep: Dependency, locked: Mapping[str, str | None], made: Mapping[str, str]
) -> Dependency:
    of_a_stage = dep.made_by is not None and not dep.made_by.endswith(".dvc")
    now = made.get(dep.path) if of_a_stage else dep.now
    return replace(dep, locked=locked.get(dep.path), now=now)


def _result(result: Result, locked: Mapping[str, str | None], settled: Collection[str]) -> Result:
    known = locked.get(result.path)
    return replace(result, locked=known, now=known if result.path in settled else result.now)
