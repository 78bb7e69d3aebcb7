"""hpo/spaces.yaml in, the space of one model out, or one line that says what is wrong with it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import ParamsError, RetraceError, did_you_mean
from retrace.core.params import Params
from retrace.core.records import Kind, Task
from retrace.models.registry import build_model
from retrace.tools.repository.overrides import current_value, override_params
from retrace.tools.search.study.spaces import Parameter, Space, label

SPACES = Path("hpo/spaces.yaml")

RANGES = ("log", "float", "int", "log_int")
KINDS = (*RANGES, "choice")
BESIDE = ("step", "when")
EXAMPLE = "C: {log: [1e-2, 1e2]}"


def load_space(path: Path, params: Params, kind: Kind, task: Task) -> Space:
    """Read the space of the model that params.yaml has in use, and check it.

    Parameters
    ----------
    path : Path
        A YAML file with one section per model, such as hpo/spaces.yaml.
    params : Params
    kind, task : str
        Of the data: each value at the end of a range is tried on the model, unfitted.

    Raises
    ------
    ParamsError
        A model or a parameter is unknown, the space is empty, a range runs the wrong way, or a value is
        one that the model does not take.
    """
    if not path.exists():
        raise ParamsError(f"{path} is not in {Path.cwd()}: write one, or name another with --space")
    sections = load_yaml(path)
    for name in sections:
        if name not in params.models:
            raise ParamsError(
                f"{path}: {name} is not a model of params.yaml{did_you_mean(name, params.models)};"
                f" allowed: {', '.join(params.models)}"
            )
    where = f"{path}: {params.model}"
    section = sections.get(params.model)
    if not section:
        missing = "is empty" if params.model in sections else "is missing"
        raise ParamsError(f"{where} {missing}: add parameters to search, such as `{EXAMPLE}`")
    if not isinstance(section, Mapping):
        raise ParamsError(f"{where}: got {section!r}, should be lines such as `{EXAMPLE}`")
    allowed = _allowed(params)
    found = [
        _parameter(f"{where}.{key}", _full_name(where, str(key), allowed), spec, allowed)
        for key, spec in section.items()
    ]
    space = Space(_in_order(where, found), json.dumps(section))
    _try_values(path, space, params, kind, task)
    return space


def _allowed(params: Params) -> dict[str, str]:
    """Map the names that a space may use to full names."""
    own = {str(key): f"models.{params.model}.{key}" for key in params.hyperparameters}
    text = {f"text.{key}": value for key, value in vars(params.features.text).items()}
    features = {**vars(params.features), **text}
    return own | {f"features.{key}": f"features.{key}" for key in features if key != "text"}


def _full_name(where: str, key: str, allowed: Mapping[str, str]) -> str:
    if key not in allowed:
        own = [name for name in allowed if "." not in name]
        raise ParamsError(
            f"{where}.{key} is not a parameter of params.yaml that can be searched"
            f"{did_you_mean(key, allowed)}; allowed: {', '.join(own)}, and names such as features.scale"
        )
    return allowed[key]


def _parameter(where: str, name: str, spec: object, allowed: Mapping[str, str]) -> Parameter:
    if not isinstance(spec, Mapping):
        raise ParamsError(f"{where}: got {spec!r}, should be such as {{log: [1e-2, 1e2]}}")
    kinds = [key for key in spec if key not in BESIDE]
    if len(kinds) != 1 or kinds[0] not in KINDS:
        wrong = next((key for key in kinds if key not in KINDS), " and ".join(kinds) or "none")
        near = did_you_mean(wrong, [*KINDS, *BESIDE])
        raise ParamsError(f"{where}: got {wrong}{near}, should be one of {', '.join(KINDS)}")
    kind = kinds[0]
    when = _conditions(f"{where}.when", spec.get("when") or {}, allowed)
    if kind == "choice":
        return Parameter(name=name, kind=kind, choices=_choices(where, spec), when=when)
    low, high = _ends(f"{where}.{kind}", kind, spec[kind])
    step = _step(f"{where}.step", kind, spec.get("step"), high - low)
    return Parameter(name=name, kind=kind, low=low, high=high, step=step, when=when)


def _choices(where: str, spec: Mapping[str, Any]) -> tuple[Any, ...]:
    choices = spec["choice"]
    if not isinstance(choices, list) or len(choices) < 2:
        raise ParamsError(
            f"{where}.choice: got {choices!r}, should be a list of two or more, such as [64, 128]"
            " (a single value belongs into params.yaml)"
        )
    labels = [json.dumps(label(choice)) for choice in choices]
    if len(set(labels)) < len(labels):
        raise ParamsError(f"{where}.choice: got {choices!r}, should name each value once")
    if "step" in spec:
        raise ParamsError(f"{where}.step: a choice has no steps, only a range has: remove it")
    return tuple(choices)


def _ends(where: str, kind: str, ends: object) -> tuple[float, float]:
    whole = kind in ("int", "log_int")
    numbers = int if whole else (int, float)
    example = "[2, 20]" if whole else "[1e-4, 1e-1]"
    if (
        not isinstance(ends, list)
        or len(ends) != 2
        or any(not isinstance(end, numbers) or isinstance(end, bool) for end in ends)
    ):
        wanted = "two whole numbers" if whole else "two numbers"
        raise ParamsError(f"{where}: got {ends!r}, should be {wanted}, such as {example}")
    low, high = ends
    if not low < high:
        raise ParamsError(
            f"{where}: got {ends!r}, should be the lower bound and then the higher, such as"
            f" {[high, low] if low != high else example}"
        )
    if kind.startswith("log") and low <= 0:
        raise ParamsError(f"{where}: got {ends!r}, but a logarithmic range starts above 0")
    return (low, high) if whole else (float(low), float(high))


def _step(where: str, kind: str, step: Any, width: float) -> float | None:
    if step is None:
        return None
    if kind.startswith("log"):
        raise ParamsError(f"{where}: a logarithmic range has no steps: remove it, or use int or float")
    numbers = int if kind == "int" else (int, float)
    if not isinstance(step, numbers) or isinstance(step, bool) or not 0 < step <= width:
        raise ParamsError(f"{where}: got {step!r}, should be above 0 and at most {width:g}")
    return step


def _conditions(where: str, when: object, allowed: Mapping[str, str]) -> dict[str, tuple[Any, ...]]:
    if not isinstance(when, Mapping):
        raise ParamsError(f"{where}: got {when!r}, should be such as {{kernel: rbf}}")
    return {
        _full_name(where, str(key), allowed): tuple(value) if isinstance(value, list) else (value,)
        for key, value in when.items()
    }


def _in_order(where: str, found: list[Parameter]) -> tuple[Parameter, ...]:
    """Put each parameter behind those that its condition names."""
    by_name = {parameter.name: parameter for parameter in found}
    for parameter in found:
        for other, values in parameter.when.items():
            _check_condition(where, parameter.name, other, values, by_name)
    ordered: dict[str, Parameter] = {}
    while len(ordered) < len(found):
        ready = [p for p in found if p.name not in ordered and set(p.when) <= set(ordered)]
        if not ready:
            circle = ", ".join(name for name in by_name if name not in ordered)
            raise ParamsError(f"{where}: the conditions of {circle} go round in a circle: remove one")
        ordered |= {ready[0].name: ready[0]}
    return tuple(ordered.values())


def _check_condition(
    where: str, name: str, other: str, values: tuple[Any, ...], by_name: Mapping[str, Parameter]
) -> None:
    if other not in by_name:
        raise ParamsError(
            f"{where}: {name} exists only beside some values of {other}, which is not searched:"
            " search it too, or remove `when`"
        )
    for value in values:
        if not by_name[other].contains(value):
            raise ParamsError(
                f"{where}: {name} exists when {other} is {value!r}, which is not in its range"
                f"{did_you_mean(value, map(str, by_name[other].choices))}"
            )


def _try_values(path: Path, space: Space, params: Params, kind: Kind, task: Task) -> None:
    base = {name: current_value(params, name) for name in space.names}
    by_name = {parameter.name: parameter for parameter in space.parameters}
    for parameter in space.parameters:
        beside = dict(base)
        _enable(parameter, by_name, beside)
        for value in parameter.choices or (parameter.low, parameter.high):
            try:
                build_model(override_params(params, {**beside, parameter.name: value}), kind, task)
            except RetraceError as error:
                said = str(error).removeprefix("params.yaml: ")
                raise ParamsError(f"{path}: {said}") from error


def _enable(parameter: Parameter, by_name: Mapping[str, Parameter], values: dict[str, Any]) -> None:
    """Give the parameters of a condition values under which it holds."""
    for other, allowed in parameter.when.items():
        values[other] = allowed[0]
        _enable(by_name[other], by_name, values)
