"""What a score depends on besides the searched parameters: only trials of one identity compare."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import retrace.evaluation.metrics
from retrace.core import artifacts
from retrace.core.checked_yaml import flatten
from retrace.core.code_hash import code_hash
from retrace.tools.repository import refitting
from retrace.tools.repository.stages import Stage
from retrace.tools.repository.staleness import ABSENT, changed_keys
from retrace.tools.search.study.spaces import Space
from retrace.tools.search.trials import folds, scoring

# What `train` does not depend on, but a score does.
MODULES = (retrace.evaluation.metrics, refitting, scoring, folds)
SCORING = [Path(str(module.__file__)) for module in MODULES]

PARTS = [artifacts.TRAIN, artifacts.VALIDATION]

OWN_METRICS = Path("src/metrics.py")

SPACE = "the space: "


def identify(train: Stage, space: Space, goals: Sequence[str], n_folds: int | None) -> dict[str, Any]:
    """Gather what the scores of a study depend on.

    Parameters
    ----------
    train : Stage
        The stage `train` as dvc.yaml has it now.
    space : Space
        Its parameters are left out: they are what a study varies.

    Returns
    -------
    dict
        Names such as ``"requirements.txt"`` or ``"params.yaml: seed"``, each with a hash or a value.
    """
    identity: dict[str, Any] = {dep.path: dep.now for dep in train.dependencies}
    # What a search reads, as it is now.
    read = [*PARTS, OWN_METRICS] if OWN_METRICS.is_file() else PARTS
    identity |= {path.as_posix(): artifacts.file_md5(path) for path in read}
    identity |= {"how trials are scored": code_hash(SCORING)}
    searched = {each.name: [type(each.distribution).__name__, each.choices] for each in space.parameters}
    params = {
        f"params.yaml: {name}": value
        for name, value in flatten(train.params.get("params.yaml", {})).items()
        if not any(name == other or name.startswith(f"{other}.") for other in searched)
    }
    identity |= params | {"the goals: metrics": goals, "the goals: folds": n_folds}
    identity |= {f"{SPACE}{name}": kind for name, kind in searched.items()}
    # As a study gives it back: with lists where others have tuples.
    return dict(json.loads(json.dumps(identity, default=str)))


def identity_hash(identity: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits that are equal for equal identities."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Name what differs: ``"src/retrace/models changed"``, ``"params.yaml: seed is 1, was 42"``.

    A parameter that is searched on one side only is named once, with the space.
    """
    searched = {name.removeprefix(SPACE) for name in [*new, *old] if name.startswith(SPACE)}
    return [
        phrase
        for name in dict.fromkeys([*new, *old])
        if name.removeprefix("params.yaml: ") not in searched
        for phrase in _difference(name, old.get(name, ABSENT), new.get(name, ABSENT))
    ]


def _difference(name: str, old: object, new: object) -> Iterator[str]:
    if old == new:
        return
    if name.startswith(SPACE):
        is_searched = "is searched now" if old is ABSENT else "is another kind of range or choice"
        yield f"{name} {'is no longer searched' if new is ABSENT else is_searched}"
    elif ": " in name:
        yield from changed_keys(old, new, name)
    else:
        yield f"{name} changed"
