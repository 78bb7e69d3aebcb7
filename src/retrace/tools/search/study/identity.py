"""What a score depends on besides the searched parameters: only trials of one identity compare."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import retrace.evaluation.metrics
import retrace.tools.search.trials.folds
import retrace.tools.search.trials.scoring
from retrace.core import artifacts
from retrace.core.checked_yaml import flatten
from retrace.tools.repository.stages import Stage
from retrace.tools.repository.staleness import changed_keys
from retrace.tools.search.study.spaces import Space

# What `train` does not depend on, but a score does.
SCORING = (
    retrace.evaluation.metrics,
    retrace.tools.search.trials.scoring,
    retrace.tools.search.trials.folds,
)


def identify(
    train: Stage, space: Space, goals: Sequence[str], folds: int | None
) -> dict[str, dict[str, Any]]:
    """Gather what the scores of a study depend on.

    Parameters
    ----------
    train : Stage
        The stage `train` as dvc.yaml has it now.
    space : Space
        Its parameters are left out: they are what a study varies.
    goals : sequence of str
    folds : int or None

    Returns
    -------
    dict
        ``data``, ``code``, ``params``, ``space`` and ``goals``; each maps a name to a hash or a value.
    """
    parts = {str(path): path for path in (artifacts.TRAIN, artifacts.VALIDATION)}
    code = {dep.path: dep.now for dep in train.dependencies if dep.path not in parts}
    code |= {path.name: artifacts.file_md5(path) for path in map(_source, SCORING)}
    params = flatten(train.params.get("params.yaml", {}))
    searched = {
        each.name: json.dumps([each.kind.removeprefix("log_"), each.choices])
        for each in space.parameters
    }
    return {
        "data": {name: artifacts.file_md5(path) for name, path in parts.items()},
        "code": code,
        "params": {
            name: value
            for name, value in params.items()
            if not any(name == other or name.startswith(f"{other}.") for other in searched)
        },
        "space": searched,
        "goals": {"metrics": list(goals), "folds": folds},
    }


def identity_hash(identity: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits that are equal for equal identities."""
    packed = json.dumps(identity, sort_keys=True, default=str)
    return hashlib.sha256(packed.encode()).hexdigest()[:16]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Name what differs between two identities.

    Returns
    -------
    list of str
        Such as ``"src/retrace/models changed"`` or ``"params.yaml: seed is 1, was 42"``.
    """
    found = [
        f"{name} changed"
        for section in ("data", "code")
        for name in dict.fromkeys([*new[section], *old[section]])
        if old[section].get(name) != new[section].get(name)
    ]
    searched = {*old["space"], *new["space"]}  # each is named once, with the space
    for section, prefix in (("params", "params.yaml"), ("goals", "the goals")):
        was, now = (
            {name: value for name, value in _through_json(each[section]).items() if name not in searched}
            for each in (old, new)
        )
        found += [
            phrase.replace(f"{prefix}.", f"{prefix}: ", 1) for phrase in changed_keys(was, now, prefix)
        ]
    return found + _space_differences(old["space"], new["space"])


def _through_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as a study gives them back: with lists where others have tuples."""
    return dict(json.loads(json.dumps(values, default=str)))


def _source(module: ModuleType) -> Path:
    assert module.__file__ is not None
    return Path(module.__file__)


def _space_differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return [
        f"the space: {name} is {'no longer searched' if name not in new else 'searched now'}"
        if name not in old or name not in new
        else f"the space: {name} is another kind of range or choice"
        for name in dict.fromkeys([*new, *old])
        if old.get(name) != new.get(name)
    ]
