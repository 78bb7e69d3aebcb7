"""What stages declare of params files, as parameters of a run: one for each value."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from retrace.core.checked_yaml import flatten, yaml_values
from retrace.core.errors import RetraceError, did_you_mean
from retrace.tools.repository.resolved_stages import ResolvedStage

PARAMS = "params.yaml"

# Of these files a run can set values; others travel as they are.
YAML_FILES = {".yaml", ".yml"}

# What needs no quotes as text of YAML.
BARE = re.compile(r"[A-Za-z_][\w./-]*")


@dataclass(frozen=True)
class Value:
    """One value of a params file, as text of YAML."""

    file: str
    key: str
    text: str

    @property
    def option(self) -> str:
        """What ``-S`` calls it."""
        return self.key if self.file == PARAMS else f"{self.file}:{self.key}"


def declared_values(stage: ResolvedStage) -> tuple[list[Value], list[Value]]:
    """Return what a stage declares: the values that a run can set, and those that are fixed.

    Fixed is what dvc.yaml itself names (``${model}``), since it says what the stages are.
    """
    free: list[Value] = []
    fixed: list[Value] = []
    for file, values in stage.params.items():
        if is_yaml(file):
            for key, value in _leaves(values):
                plain = not (isinstance(value, Mapping) and value)
                kind = free if plain and not _shapes(stage, file, key) else fixed
                kind.append(Value(file, key, as_text(value)))
    return free, fixed


def is_yaml(file: str) -> bool:
    """Tell whether values of a params file can be set."""
    return PurePath(file).suffix in YAML_FILES


def chosen_arguments(
    overrides: Sequence[str], names: Mapping[Value, str], stages: Sequence[ResolvedStage]
) -> dict[str, str]:
    """Turn ``key=value`` into the arguments of a run.

    Parameters
    ----------
    overrides : sequence of str
        Such as ``"models.svm.C=0.1"``.
    names : dict
        What the pipeline calls each value that can be set.
    stages : sequence of ResolvedStage
        Whose params can be set.

    Raises
    ------
    RetraceError
        A key is none of its parameters, or a value is no YAML.
    """
    known = {value.option: name for value, name in names.items()}
    shaping = {key for stage in stages for keys in stage.shaping.values() for key in keys}
    arguments = {}
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals:
            raise RetraceError(f"-S: got '{override}', should be key=value, such as models.svm.C=0.1")
        if key in shaping:
            raise RetraceError(
                f"-S: dvc.yaml itself names '{key}', as ${{{key}}}, so it is fixed when the pipeline is"
                f" compiled: set it in {PARAMS}, then compile or run again"
            )
        if key not in known:
            raise RetraceError(
                f"-S: no stage declares '{key}' as one value{did_you_mean(key, known)}, so it is no"
                " parameter of this pipeline"
            )
        try:
            yaml_values(text)
        except ValueError as error:
            raise RetraceError(f"-S: {key}: '{text}' is no YAML: {error}") from error
        arguments[known[key]] = text
    return arguments


def as_text(value: object) -> str:
    """Write a value as one line of YAML that is read as the same value again."""
    if isinstance(value, str) and BARE.fullmatch(value) and yaml_values(value) == value:
        return value
    # JSON is YAML, but for three numbers; a date it has not.
    text = json.dumps(value, ensure_ascii=False, default=str)
    if not isinstance(value, str | int | float | list | Mapping | None):
        return str(value)
    return {"NaN": ".nan", "Infinity": ".inf", "-Infinity": "-.inf"}.get(text, text)


def _leaves(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value and _has_plain_keys(value):
            yield from flatten(value, f"{key}.").items()
        else:
            yield str(key), value


def _has_plain_keys(values: Mapping[Any, Any]) -> bool:
    """Tell whether a full name such as ``models.svm.C`` leads to each value."""
    return all(
        isinstance(key, str)
        and "." not in key
        and (not isinstance(value, Mapping) or _has_plain_keys(value))
        for key, value in values.items()
    )


def _shapes(stage: ResolvedStage, file: str, key: str) -> bool:
    used = [f"{each}." for each in stage.shaping.get(file, ())]
    return any(f"{key}.".startswith(each) or each.startswith(f"{key}.") for each in used)
